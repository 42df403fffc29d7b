using System.Globalization;

namespace Larder.Tests.Allocation;

/// <summary>Measures what a call allocates on its thread.</summary>
internal static class Allocated
{
    private const int Calls = 10_000;
    private const int Attempts = 100;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Asserts that a call allocates at most so many bytes once the runtime has compiled it for good, which it does in the background: until
    /// then values are boxed that need not be. What the call itself allocates is there at every attempt.
    /// </summary>
    public static async Task AtMostAsync(double bytes, Action call)
    {
        var least = double.MaxValue;
        for (var attempt = 0; attempt < Attempts && least > bytes; attempt++)
        {
            await Task.Delay(attempt == 0 ? TimeSpan.Zero : s_pause);
            least = Math.Min(least, ByOneCall(call));
        }

        Assert.True(least <= bytes, string.Create(CultureInfo.InvariantCulture, $"{least} bytes a call, not {bytes} at most"));
    }

    /// <summary>Gets the bytes that one of many calls allocates, without those of the first.</summary>
    public static double ByOneCall(Action call)
    {
        for (var i = 0; i < Calls; i++)
        {
            call();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
        {
            call();
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }
}
