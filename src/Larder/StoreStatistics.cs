namespace Larder;

/// <summary>What the stores of one name and cache have done. One moment of counters that go on.</summary>
public sealed record StoreStatistics
{
    /// <summary>Gets how many rows were asked for by id.</summary>
    public long Reads { get; init; }

    /// <summary>Gets how many queries were asked.</summary>
    public long Queries { get; init; }

    /// <summary>Gets how often the database was read; for many rows at once it counts one.</summary>
    public long Loads { get; init; }

    /// <summary>Gets how many of these passed the cache by: within a transaction that writes, or while a writer had announced itself.</summary>
    public long Bypassed { get; init; }

    /// <summary>Gets how many commands wrote.</summary>
    public long Writes { get; init; }

    /// <summary>Gets how many rows were invalidated by their ids.</summary>
    public long RowInvalidations { get; init; }

    /// <summary>Gets how often all rows were invalidated.</summary>
    public long TableInvalidations { get; init; }

    /// <summary>Gets how many transactions were committed whose invalidation the cache could not be told at once.</summary>
    public long FailedInvalidations { get; init; }
}
