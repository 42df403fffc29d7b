namespace ApiExplorer.Load;

/// <summary>Judges a load run by what the cache must achieve.</summary>
internal static class Verdict
{
    private const double LeastHitRatio = 0.85;
    private const double MostQueriesShare = 0.15;
    private const double LeastPagesSpeedup = 2;
    private const double LeastSearchSpeedup = 3;

    public static IReadOnlyList<Criterion> Judge(IReadOnlyList<Measurement> without, IReadOnlyList<Measurement> with)
    {
        var allWithout = new Measurement(without);
        var allWith = new Measurement(with);
        var queriesShare = allWith.QueriesPerRequest / allWithout.QueriesPerRequest;
        var stale = allWith.Stale + allWithout.Stale;
        var failures = allWith.Failures + allWithout.Failures;
        return
        [
            new(allWith.HitRatio > LeastHitRatio, $"hit ratio {allWith.HitRatio:P1} (more than {LeastHitRatio:P0})"),
            new(
                queriesShare <= MostQueriesShare,
                $"queries per request {queriesShare:P1} of the uncached run's (at most {MostQueriesShare:P0}): "
                + $"{allWith.Queries:N0} for {allWith.Requests:N0} requests against {allWithout.Queries:N0} for {allWithout.Requests:N0}"),
            Latency(RequestMix.Pages, without[0], with[0]),
            Latency(RequestMix.SearchAndSummary, without[1], with[1]),
            Speed(RequestMix.Pages, without[0], with[0], LeastPagesSpeedup),
            Speed(RequestMix.SearchAndSummary, without[1], with[1], LeastSearchSpeedup),
            new(stale == 0, $"{stale:N0} stale answers among {allWith.Checked + allWithout.Checked:N0} checked (0)"),
            new(failures == 0, $"{failures:N0} failed requests (0)"),
        ];
    }

    private static Criterion Latency(RequestMix mix, Measurement without, Measurement with) => new(
        with.Percentile(99) <= without.Percentile(99),
        $"{mix.Name}: p99 {with.Percentile(99):N2} ms against {without.Percentile(99):N2} ms (no worse)");

    private static Criterion Speed(RequestMix mix, Measurement without, Measurement with, double least)
    {
        var speedup = with.RequestsPerSecond / without.RequestsPerSecond;
        return new(speedup >= least, $"{mix.Name}: {speedup:N1} times the requests per second (at least {least:N0})");
    }
}
