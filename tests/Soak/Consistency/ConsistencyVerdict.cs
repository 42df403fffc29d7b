using Larder.Soak.Faults;
using Larder.Soak.Processes;

namespace Larder.Soak.Consistency;

/// <summary>Judges what the processes of a cell saw.</summary>
internal sealed class ConsistencyVerdict(ConsistencyOptions options, FaultPlan plan, Topology topology)
{
    private const int Shown = 3;

    public RunResult Of(IReadOnlyList<ConsistencyFigures> processes, IReadOnlyList<Violation> atRest, IReadOnlyList<Stall> conductorStalls)
    {
        var stalls = processes.Select(process => process.Stalls).Append(conductorStalls).ToList();
        var violations = processes.SelectMany(process => process.Violations).ToList();
        var same = violations.Where(violation => violation.IsSameProcess).ToList();
        var other = violations.Where(violation => !violation.IsSameProcess).ToList();
        var late = other.Where(violation => violation.LateMilliseconds > Limit.TotalMilliseconds).ToList();
        var inexcusable = late.Where(violation => violation.LateMilliseconds > TrustLimit.TotalMilliseconds || violation.LateMilliseconds - StalledMilliseconds(stalls, violation) > Limit.TotalMilliseconds).ToList();
        var remote = other.Where(violation => options.RemoteSettings.Count > 0 && violation.Reader == options.Processes - 1).ToList();
        var undelivered = processes.Sum(process => process.Undelivered) + processes.Sum(process => process.Abandoned);

        var failures = new List<string>();
        Check(failures, options.IsStrict ? other.Count : inexcusable.Count, $"later than {Limit.TotalMilliseconds:0} ms", options.IsStrict ? other : inexcusable);
        var lateness = failures.Count;
        Check(failures, same.Count, "stale in the process that wrote", same);
        Check(failures, remote.Count, "late though read from Redis", remote);
        Check(failures, atRest.Count, "stale at rest", atRest);
        Check(failures, undelivered, "invalidations never delivered", []);
        Check(failures, processes.Sum(process => process.WrongValues), "wrong values", []);
        Check(failures, processes.Sum(process => process.ReadErrors), "reads threw", []);
        Check(failures, processes.Sum(process => process.Reads) == 0 || processes.Any(process => process.Writes.Sum() == 0) ? 1 : 0, "process without reads or writes", []);
        var isLateOnly = !options.IsStrict && lateness == failures.Count && inexcusable.TrueForAll(violation => violation.LateMilliseconds <= TrustLimit.TotalMilliseconds);
        failures.AddRange(processes.SelectMany(process => process.Errors).Take(failures.Count > 0 ? Shown : 0));
        return new RunResult(Figures(processes, same.Count, other, late.Count - inexcusable.Count, atRest.Count, stalls), failures) { IsLateOnly = isLateOnly && failures.Count > 0 };
    }

    private TimeSpan Limit =>
        options.IsStrict ? TimeSpan.Zero : plan.IsFault ? TrustLimit : options.PushLimit;

    /// <summary>A node looks at its own clock before it trusts a copy: no stall excuses more.</summary>
    private TimeSpan TrustLimit => options.TrustPeriod + options.Slack;

    /// <summary>How long the process that stood still the longest did so while a value was stale.</summary>
    private static double StalledMilliseconds(IEnumerable<IReadOnlyList<Stall>> stalls, Violation violation) =>
        stalls.Max(process => Clock.Milliseconds(Stall.Cover(process, violation.By.Moment, violation.Begin)));

    private static void Check(List<string> failures, long count, string what, IReadOnlyList<Violation> examples)
    {
        if (count > 0)
        {
            failures.Add($"{count} {what}{(examples.Count > 0 ? $" ({string.Join("; ", examples.OrderByDescending(one => one.LateMilliseconds).Take(Shown))})" : "")}");
        }
    }

    private string Figures(IReadOnlyList<ConsistencyFigures> processes, int same, List<Violation> other, int excused, int atRest, List<IReadOnlyList<Stall>> stalls)
    {
        var reads = new LatencyHistogram();
        var writes = new LatencyHistogram();
        foreach (var process in processes)
        {
            reads.Add(process.ReadTimes);
            writes.Add(process.WriteTimes);
        }

        var kinds = string.Join('/', Enumerable.Range(0, 5).Select(kind => processes.Sum(process => process.Writes[kind])));
        var longest = stalls.SelectMany(process => process).Select(stall => Clock.Milliseconds(stall.To - stall.From)).DefaultIfEmpty().Max();
        var worst = other.Where(violation => violation.By.Moment != 0).Select(violation => violation.LateMilliseconds).DefaultIfEmpty().Max();
        return FormattableString.Invariant($"{topology,-10} {plan.Name,-13} {(options.IsStrict ? "strict " : "default")} seed {options.Seed}: ") +
            FormattableString.Invariant($"{processes.Sum(process => process.Reads)} reads, {processes.Sum(process => process.Loads)} loads, ") +
            FormattableString.Invariant($"{processes.Sum(process => process.Writes.Sum())} writes (remove/set/tag/pattern/clear {kinds}; ") +
            FormattableString.Invariant($"{processes.Sum(process => process.Deferred)} deferred, {processes.Sum(process => process.Refused)} refused); ") +
            FormattableString.Invariant($"violations {processes.Sum(process => process.ViolationCount)}: {same} same process, other {Ladder(other)}, max {worst:0.0} ms, {excused} in stalls{Worst(other)}; ") +
            FormattableString.Invariant($"{atRest} at rest; read p50 {reads.Percentile(0.5):0.000} p99 {reads.Percentile(0.99):0.0} max {reads.MaxMilliseconds:0} ms, ") +
            FormattableString.Invariant($"write p50 {writes.Percentile(0.5):0.0} p99 {writes.Percentile(0.99):0} ms; stalls {stalls.Sum(process => process.Count)}, longest {longest:0} ms");
    }

    private static string Worst(IEnumerable<Violation> violations) =>
        violations.MaxBy(one => one.LateMilliseconds) is { } worst ? $" (worst: {worst})" : "";

    private static string Ladder(List<Violation> violations)
    {
        double[] steps = [0, 10, 100, 1_000, 2_000, double.PositiveInfinity];
        var counts = steps.Zip(steps.Skip(1), (from, to) => violations.Count(one => one.LateMilliseconds >= from && (one.LateMilliseconds < to || double.IsInfinity(to))));
        return $"<10/<100/<1000/<2000/more ms {string.Join('/', counts)}";
    }
}
