namespace ApiExplorer.Load;

/// <summary>What one connection saw.</summary>
internal sealed class WorkerResult
{
    /// <summary>In microseconds, one a request.</summary>
    public List<int> Latencies { get; } = [];

    /// <summary>Answers with another status than success, and answers that name no version although they show rows that change.</summary>
    public int Failures { get; set; }

    /// <summary>Answers whose version was compared.</summary>
    public int Checked { get; private set; }

    /// <summary>Answers that were older than a write that had finished before the request was sent.</summary>
    public int Stale { get; private set; }

    public void Check(long version, long leastVersion)
    {
        Checked++;
        if (version == 0)
            Failures++;
        else if (version < leastVersion)
            Stale++;
    }
}
