using System.Collections.Concurrent;
using Larder.Cli.CommandLine;
using Larder.Cli.Replay.Simulation;

namespace Larder.Cli.Replay;

/// <summary>Replays a trace at several sizes.</summary>
internal static class HitCurve
{
    /// <summary>After so many accesses it is looked whether somebody has pressed Ctrl-C.</summary>
    private const int Slice = 1 << 18;

    public static IReadOnlyList<CurvePoint> Of(Trace trace, IReadOnlyList<CacheSize> sizes, IReadOnlyList<ReplayPolicy> policies, bool isBytes, ProgressLine progress, CancellationToken cancellationToken)
    {
        var whole = isBytes ? trace.SizeWeights.Total : trace.KeyCount;
        var capacities = sizes.Select(size => size.Of(whole)).Distinct().Order().ToArray();
        var ratios = new ConcurrentDictionary<(long Capacity, string Policy), double>();
        var runs = capacities.SelectMany(_ => policies, (capacity, policy) => (Capacity: capacity, Policy: policy)).ToArray();
        var done = 0L;
        Parallel.ForEach(
            Partitioner.Create(runs, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
            run =>
            {
                if (run.Policy.Make(trace, run.Capacity, isBytes) is { } cache)
                {
                    using var disposable = cache as IDisposable;
                    ratios[(run.Capacity, run.Policy.Name)] = RatioOf(cache, trace, cancellationToken);
                }

                progress.Report(Interlocked.Increment(ref done), runs.Length);
            });
        return [.. capacities.Select(capacity => new CurvePoint(
            capacity,
            (double)capacity / whole,
            policies.Where(policy => ratios.ContainsKey((capacity, policy.Name))).ToDictionary(policy => policy.Name, policy => ratios[(capacity, policy.Name)], StringComparer.Ordinal)))];
    }

    /// <summary>Finds the smallest size of a curve that comes near what the largest one reaches.</summary>
    /// <param name="points">The curve.</param>
    /// <param name="policy">Whose curve.</param>
    /// <param name="part">How near, 0 to 1.</param>
    public static CurvePoint? Knee(IReadOnlyList<CurvePoint> points, string policy, double part) =>
        points.FirstOrDefault(point => point.HitRatios.TryGetValue(policy, out var ratio) && ratio >= part * points[^1].HitRatios[policy]);

    private static double RatioOf(IPolicySimulator cache, Trace trace, CancellationToken cancellationToken)
    {
        long hits = 0;
        for (var i = 0; i < trace.Ids.Length; i++)
        {
            if (i % Slice == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            hits += cache.Access(trace.Ids[i]) ? 1 : 0;
        }

        return (double)hits / trace.Ids.Length;
    }
}
