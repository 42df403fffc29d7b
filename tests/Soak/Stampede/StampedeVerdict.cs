using Larder.Soak.Processes;

namespace Larder.Soak.Stampede;

/// <summary>Judges what the callers of a stampede got.</summary>
internal sealed class StampedeVerdict(StampedeOptions options, StampedeVariant variant)
{
    /// <summary>Gets whether there is a value that others wait for, and nothing else that they would have to wait for.</summary>
    public static bool WakesUp(StampedeVariant variant) => variant is StampedeVariant.Cold or StampedeVariant.Expired or StampedeVariant.Removed;

    private bool ExpectsErrors => variant is StampedeVariant.Throwing or StampedeVariant.Hanging;

    private long MaxCalls => variant switch
    {
        StampedeVariant.Killed => 2,
        StampedeVariant.Down => 2 * options.Processes,
        StampedeVariant.Throwing => options.ThrowingCalls,
        StampedeVariant.Hanging => options.Processes,
        _ => 1,
    };

    private TimeSpan MaxTime => options.Slack + variant switch
    {
        StampedeVariant.Killed => (2 * options.Load) + TimeSpan.FromSeconds(2),
        StampedeVariant.Down => (2 * options.Load) + TimeSpan.FromMilliseconds(500),
        StampedeVariant.Hanging => TimeSpan.FromSeconds(1),
        _ => options.Load + TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Gets how long those who waited for the value took to wake up.</summary>
    public LatencyHistogram WakeUps { get; } = new();

    public RunResult Of(IReadOnlyList<StampedeFigures> processes, long calls)
    {
        var times = new LatencyHistogram();
        foreach (var process in processes)
        {
            times.Add(process.Times);
            WakeUps.Add(process.WakeUps);
        }

        var first = processes.Select(process => process.WakeUps.Percentile(1.0 / Math.Max(1, process.WakeUps.Count))).Max();
        var values = processes.Sum(process => process.Values);
        var expected = processes.Sum(process => process.ExpectedErrors);
        var distinct = processes.SelectMany(process => process.DistinctValues).Distinct().Count();
        var wrong = (ExpectsErrors ? values : expected) + processes.Sum(process => process.OtherErrors);
        var failures = new List<string>();
        Check(failures, calls > MaxCalls || calls == 0, $"{calls} loader calls, at most {MaxCalls} are right");
        Check(failures, wrong > 0, $"{wrong} callers got what they should not: {string.Join("; ", processes.SelectMany(process => process.Errors).Take(2))}");
        Check(failures, !ExpectsErrors && distinct > MaxCalls, $"{distinct} distinct values");
        var wrongs = failures.Count;
        Check(failures, times.MaxMilliseconds > MaxTime.TotalMilliseconds, FormattableString.Invariant($"the slowest took {times.MaxMilliseconds:0} ms, at most {MaxTime.TotalMilliseconds:0} are right"));
        Check(failures, JudgesWakeUp && WakeUps.Percentile(0.5) > options.CrowdWakeUpLimit.TotalMilliseconds, "half of the waiters took longer to wake up than they may");
        return new RunResult(
            FormattableString.Invariant($"stampede {variant,-8} {options.Processes} processes: {times.Count} callers, {calls} loader calls, {distinct} values, {expected} expected errors; ") +
            FormattableString.Invariant($"call p50 {times.Percentile(0.5):0} max {times.MaxMilliseconds:0} ms, wake-up of the first in each process at most {first:0.0}, p50 {WakeUps.Percentile(0.5):0.0} p99 {WakeUps.Percentile(0.99):0.0} max {WakeUps.MaxMilliseconds:0.0} ms"),
            failures)
        {
            IsLateOnly = wrongs == 0 && failures.Count > 0,
        };
    }

    private bool JudgesWakeUp => WakesUp(variant);

    private static void Check(List<string> failures, bool isWrong, string what)
    {
        if (isWrong)
        {
            failures.Add(what);
        }
    }
}
