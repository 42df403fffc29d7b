using ApiExplorer.Endpoints;

namespace ApiExplorer.Load;

/// <summary>The figures of some requests.</summary>
internal sealed class Measurement
{
    private readonly int[] _latencies;

    /// <summary>What the connections and the server's counters saw in one stretch of time.</summary>
    public Measurement(IReadOnlyList<WorkerResult> workers, TimeSpan elapsed, Diagnostics before, Diagnostics after)
    {
        _latencies = [.. workers.SelectMany(static worker => worker.Latencies).Order()];
        Elapsed = elapsed;
        Checked = workers.Sum(static worker => worker.Checked);
        Stale = workers.Sum(static worker => worker.Stale);
        Failures = workers.Sum(static worker => worker.Failures);
        Queries = after.DatabaseQueries - before.DatabaseQueries;
        ProcessorSeconds = after.ProcessorSeconds - before.ProcessorSeconds;
        Hits = after.Hits - before.Hits;
        Misses = after.Misses - before.Misses;
        LoadsAvoided = after.LoadsAvoided - before.LoadsAvoided;
    }

    /// <summary>Several measurements as one.</summary>
    public Measurement(IReadOnlyList<Measurement> parts)
    {
        _latencies = [.. parts.SelectMany(static part => part._latencies).Order()];
        Elapsed = TimeSpan.FromTicks(parts.Sum(static part => part.Elapsed.Ticks));
        Checked = parts.Sum(static part => part.Checked);
        Stale = parts.Sum(static part => part.Stale);
        Failures = parts.Sum(static part => part.Failures);
        Queries = parts.Sum(static part => part.Queries);
        ProcessorSeconds = parts.Sum(static part => part.ProcessorSeconds);
        Hits = parts.Sum(static part => part.Hits);
        Misses = parts.Sum(static part => part.Misses);
        LoadsAvoided = parts.Sum(static part => part.LoadsAvoided);
    }

    /// <summary>Only a check: answers compared outside of any measured time.</summary>
    public Measurement(int compared, int different)
    {
        _latencies = [];
        Checked = compared;
        Stale = different;
    }

    public TimeSpan Elapsed { get; }

    public int Requests => _latencies.Length;

    /// <summary>Answers compared with the database's state.</summary>
    public int Checked { get; }

    public int Stale { get; }

    public int Failures { get; }

    public long Queries { get; }

    public double ProcessorSeconds { get; }

    public long Hits { get; }

    public long Misses { get; }

    public long LoadsAvoided { get; }

    public double RequestsPerSecond => Requests / Elapsed.TotalSeconds;

    public double QueriesPerRequest => (double)Queries / Requests;

    public double MicrosecondsOfServerPerRequest => 1e6 * ProcessorSeconds / Requests;

    public double HitRatio => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);

    /// <summary>In milliseconds.</summary>
    public double Percentile(double percent) => _latencies[Math.Min(_latencies.Length - 1, (int)(_latencies.Length * percent / 100))] / 1e3;
}
