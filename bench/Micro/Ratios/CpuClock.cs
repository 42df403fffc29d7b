using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Larder.Benchmarks.Ratios;

/// <summary>The processor time of this thread or process, which others on the machine do not disturb; the wall clock where there is none.</summary>
internal static partial class CpuClock
{
    private const int ProcessTime = 2;
    private const int ThreadTime = 3;

    public static string Description => OperatingSystem.IsLinux() ? "processor time" : "wall clock time";

    public static double ThreadNanoseconds => Read(ThreadTime);

    /// <summary>Gets the time of all threads: for candidates that leave a part of their work to others.</summary>
    public static double ProcessNanoseconds => Read(ProcessTime);

    private static double Read(int clock)
    {
        if (OperatingSystem.IsLinux())
        {
            return GetTime(clock, out var time) == 0
                ? (time.Seconds * 1e9) + time.Nanoseconds
                : throw new InvalidOperationException("clock_gettime failed.");
        }

        return Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
