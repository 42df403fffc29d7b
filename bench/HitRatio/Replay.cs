using System.Collections.Concurrent;
using Larder.HitRatio.Policies;

namespace Larder.HitRatio;

/// <summary>Runs a trace through every policy at every size.</summary>
internal sealed class Replay(IReadOnlyList<double> percents, IReadOnlyList<Policy> policies)
{
    private const int Threads = 2;

    /// <summary>Replays a trace with caches bounded by entries and, if the sizes of its objects are known, by bytes.</summary>
    public IReadOnlyList<ResultRow> Run(Trace trace)
    {
        var plans = percents.Select(percent => new Plan(percent, Capacity(percent, trace.KeyCount), IsWeighted: false)).ToList();
        if (trace.HasSizes)
        {
            plans.AddRange(percents.Select(percent => new Plan(percent, Capacity(percent, trace.SizeWeights.Total), IsWeighted: true)));
        }

        var runs = plans.SelectMany(_ => policies, (plan, policy) => (Plan: plan, Policy: policy)).Where(run => run.Policy.OfBytes is not null || !run.Plan.IsWeighted);
        var outcomes = new ConcurrentDictionary<(Plan Plan, Policy Policy), Outcome>();
        Parallel.ForEach(
            Partitioner.Create(runs, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Threads },
            run => outcomes[run] = Run(trace, run.Plan, run.Policy));

        return [.. plans.SelectMany(plan => Rows(trace, plan, outcomes.Where(outcome => outcome.Key.Plan == plan).ToDictionary(outcome => outcome.Key.Policy, outcome => outcome.Value)))];
    }

    private static long Capacity(double percent, long whole) => Math.Max(1, (long)(whole * percent / 100));

    private static Outcome Run(Trace trace, Plan plan, Policy policy)
    {
        var cache = plan.IsWeighted ? policy.OfBytes!(trace, plan.Capacity) : policy.OfEntries(trace, (int)plan.Capacity);
        using var disposable = cache as IDisposable;
        var weights = trace.SizeWeights;
        long hits = 0, hitBytes = 0, bytes = 0;
        foreach (var id in trace.Ids)
        {
            var weight = weights[id];
            bytes += weight;
            if (cache.Access(id))
            {
                hits++;
                hitBytes += weight;
            }
        }

        return new Outcome(100.0 * hits / trace.Ids.Length, 100.0 * hitBytes / bytes, cache is LarderCache larder ? larder.Excess : 0);
    }

    private static IEnumerable<ResultRow> Rows(Trace trace, Plan plan, Dictionary<Policy, Outcome> outcomes)
    {
        var excess = outcomes.Values.Max(outcome => outcome.Excess);
        var byRequest = outcomes.ToDictionary(outcome => outcome.Key, outcome => outcome.Value.ByRequest);
        var measure = plan.IsWeighted ? Measure.BytesByRequest : Measure.Entries;
        yield return new ResultRow(trace.Name, trace.Ids.Length, trace.KeyCount, measure, plan.Percent, plan.Capacity, byRequest, excess);
        if (plan.IsWeighted)
        {
            var byByte = outcomes.ToDictionary(outcome => outcome.Key, outcome => outcome.Value.ByByte);
            yield return new ResultRow(trace.Name, trace.Ids.Length, trace.KeyCount, Measure.BytesByByte, plan.Percent, plan.Capacity, byByte, excess);
        }
    }

    private sealed record Plan(double Percent, long Capacity, bool IsWeighted);

    private readonly record struct Outcome(double ByRequest, double ByByte, double Excess);
}
