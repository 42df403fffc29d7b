using Larder.Diagnostics;

namespace Larder.Dashboard.Collecting;

/// <summary>An hour of a cache, a point every two seconds, and the looks of the last minute for the figures of now.</summary>
internal sealed class CacheSeries(string name)
{
    /// <summary>The most points of a plot; longer spans are put together.</summary>
    private const int MaxPlotPoints = 450;

    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan s_now = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Queue<SeriesPoint> _points = [];
    private readonly Queue<Look> _looks = [];
    private Look? _last;

    public string Name => name;

    /// <summary>Gets how many operations there were in a second, at the last look.</summary>
    public double LastRate { get; private set; }

    public void Add(Look look)
    {
        lock (_gate)
        {
            if (_last is not null && look.Since(_last) is { Seconds: > 0 } between)
            {
                _points.Enqueue(PointOf(look.Counted, between.Counted, between.Seconds));
                LastRate = (between.Counted.Counted.Reads + between.Counted.Counted.Sets + between.Counted.Counted.Removes) / between.Seconds;
            }

            _last = look;
            _looks.Enqueue(look);
            while (_looks.Count > 1 && look.Counted.TakenAt - _looks.Peek().Counted.TakenAt > s_now)
            {
                _looks.Dequeue();
            }

            while (_points.TryPeek(out var oldest) && look.Counted.TakenAt - oldest.At > s_kept)
            {
                _points.Dequeue();
            }
        }
    }

    /// <summary>Gets what was counted in the last minute; <see langword="null"/> when that is not known yet.</summary>
    public (Look Counted, double Seconds)? LastMinute()
    {
        lock (_gate)
        {
            return _last is not null && _last.Since(_looks.Peek()) is { Seconds: > 0 } counted ? counted : null;
        }
    }

    /// <summary>Gets the points of a span that ends now, put together where there are many.</summary>
    public IReadOnlyList<SeriesPoint> Points(TimeSpan span, DateTimeOffset now)
    {
        SeriesPoint[] points;
        lock (_gate)
        {
            points = [.. _points.Where(point => now - point.At <= span)];
        }

        var together = (points.Length + MaxPlotPoints - 1) / MaxPlotPoints;
        return together <= 1 ? points : [.. points.Chunk(together).Select(Together)];
    }

    private static SeriesPoint PointOf(CacheStatisticsSnapshot now, Look counted, double seconds) => new(
        now.TakenAt,
        counted.Counted.FreshHits / seconds,
        counted.Counted.StaleHits / seconds,
        counted.Counted.Misses / seconds,
        counted.Counted.Loads / seconds,
        counted.Errors / seconds,
        counted.Counted.Evictions / seconds,
        Seconds(counted.Reads, 0.5),
        Seconds(counted.Reads, 0.95),
        Seconds(counted.Reads, 0.99),
        Seconds(counted.Loads, 0.99),
        now.Entries,
        now.Bytes);

    private static double Seconds(long[] counts, double part) => LatencyHistogram.Percentile(counts, part)?.TotalSeconds ?? double.NaN;

    /// <summary>Puts points together: counts and medians by their mean, high percentiles by the highest.</summary>
    private static SeriesPoint Together(SeriesPoint[] points) => new(
        points[^1].At,
        points.Average(point => point.Hits),
        points.Average(point => point.Stale),
        points.Average(point => point.Misses),
        points.Average(point => point.Loads),
        points.Average(point => point.Errors),
        points.Average(point => point.Evictions),
        Known(points, point => point.ReadP50, values => values.Average()),
        Known(points, point => point.ReadP95, values => values.Max()),
        Known(points, point => point.ReadP99, values => values.Max()),
        Known(points, point => point.LoadP99, values => values.Max()),
        points[^1].Entries,
        points[^1].Bytes);

    private static double Known(SeriesPoint[] points, Func<SeriesPoint, double> of, Func<IEnumerable<double>, double> combine)
    {
        var values = points.Select(of).Where(double.IsFinite).ToArray();
        return values.Length == 0 ? double.NaN : combine(values);
    }
}
