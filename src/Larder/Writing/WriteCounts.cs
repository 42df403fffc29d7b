namespace Larder.Writing;

/// <summary>The counters of write-behind.</summary>
internal sealed class WriteCounts
{
    private long _accepted;
    private long _coalesced;
    private long _delivered;
    private long _failures;
    private long _deadLettered;
    private long _writtenThrough;
    private long _rejected;

    public void Accept() => Interlocked.Increment(ref _accepted);

    public void Coalesce() => Interlocked.Increment(ref _coalesced);

    public void Deliver(int count) => Interlocked.Add(ref _delivered, count);

    public void Fail() => Interlocked.Increment(ref _failures);

    public void Bury() => Interlocked.Increment(ref _deadLettered);

    public void WriteThrough() => Interlocked.Increment(ref _writtenThrough);

    public void Reject() => Interlocked.Increment(ref _rejected);

    public WriteBehindStatistics Snapshot(long queued, TimeSpan lag) => new()
    {
        Queued = queued,
        Lag = lag,
        Accepted = Volatile.Read(ref _accepted),
        Coalesced = Volatile.Read(ref _coalesced),
        Delivered = Volatile.Read(ref _delivered),
        Failures = Volatile.Read(ref _failures),
        DeadLettered = Volatile.Read(ref _deadLettered),
        WrittenThrough = Volatile.Read(ref _writtenThrough),
        Rejected = Volatile.Read(ref _rejected),
    };
}
