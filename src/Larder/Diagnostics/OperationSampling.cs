using System.Numerics;

namespace Larder.Diagnostics;

/// <summary>
/// Chooses which operations are timed while somebody wants to know how long they take: all of them where there are few, and otherwise one in so many of each thread that some hundreds in a second are.
/// It is asked before an operation whether its turn has come, and counts on when the operation is known to have begun.
/// </summary>
internal static class OperationSampling
{
    private const double TimedPerSecond = 500;
    private const uint MostSkipped = 4096;

    private static volatile bool s_isOn;

    /// <summary>One less than how many operations there are for each that is timed, a power of two.</summary>
    private static volatile uint s_mask = 63;

    [ThreadStatic]
    private static uint s_count;

    /// <summary>Gets whether the next operation of this thread is to be timed.</summary>
    public static bool IsDue => s_isOn && (s_count & s_mask) == 0;

    /// <summary>Gets how many operations there are for each that is timed.</summary>
    public static uint OneIn => s_mask + 1;

    /// <summary>Begins with it, for the whole process and for good.</summary>
    public static void Begin() => s_isOn = true;

    /// <summary>Chooses how many are timed.</summary>
    /// <param name="operationsPerSecond">How many operations there are in a second.</param>
    public static void Follow(double operationsPerSecond) =>
        s_mask = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(operationsPerSecond / TimedPerSecond, 1, MostSkipped)) - 1;

    /// <summary>Counts an operation that was not timed.</summary>
    public static void Skip()
    {
        if (s_isOn)
        {
            s_count++;
        }
    }

    /// <summary>Counts an operation, and tells whether it is to be timed.</summary>
    public static bool Take() => s_isOn && (s_count++ & s_mask) == 0;
}
