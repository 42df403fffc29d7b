namespace Larder.Store;

/// <summary>What one store counts.</summary>
internal sealed class StoreCounters
{
    private long _reads;
    private long _queries;
    private long _loads;
    private long _bypassed;
    private long _writes;
    private long _rowInvalidations;
    private long _tableInvalidations;
    private long _failedInvalidations;

    public void Read(int rows) => Interlocked.Add(ref _reads, rows);

    public void Query() => Interlocked.Increment(ref _queries);

    public void Load() => Interlocked.Increment(ref _loads);

    public void Bypass() => Interlocked.Increment(ref _bypassed);

    public void Write() => Interlocked.Increment(ref _writes);

    public void InvalidateRow() => Interlocked.Increment(ref _rowInvalidations);

    public void InvalidateTable() => Interlocked.Increment(ref _tableInvalidations);

    public void FailInvalidation() => Interlocked.Increment(ref _failedInvalidations);

    public StoreStatistics Snapshot() => new()
    {
        Reads = Volatile.Read(ref _reads),
        Queries = Volatile.Read(ref _queries),
        Loads = Volatile.Read(ref _loads),
        Bypassed = Volatile.Read(ref _bypassed),
        Writes = Volatile.Read(ref _writes),
        RowInvalidations = Volatile.Read(ref _rowInvalidations),
        TableInvalidations = Volatile.Read(ref _tableInvalidations),
        FailedInvalidations = Volatile.Read(ref _failedInvalidations),
    };
}
