using System.Diagnostics;

namespace Larder.Soak.Processes;

/// <summary>The monotonic clock of the machine, which all processes on it share.</summary>
internal static class Clock
{
    public static long Now => Stopwatch.GetTimestamp();

    public static double Milliseconds(long ticks) => ticks * 1_000.0 / Stopwatch.Frequency;

    public static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    public static Task DelayAsync(TimeSpan span, CancellationToken cancellationToken = default) => Task.Delay(span, TimeProvider.System, cancellationToken);

    /// <summary>Waits until a moment of the clock.</summary>
    public static async Task UntilAsync(long moment, CancellationToken cancellationToken = default)
    {
        for (var left = Milliseconds(moment - Now); left > 0; left = Milliseconds(moment - Now))
        {
            await DelayAsync(TimeSpan.FromMilliseconds(Math.Max(1, left)), cancellationToken);
        }
    }
}
