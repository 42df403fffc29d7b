namespace Larder;

/// <summary>What a store promises of its cache when rows change in the database. Each level holds for the writers that go through Larder; see docs/guides/store-consistency.md for others.</summary>
public enum StoreConsistency
{
    /// <summary>
    /// When a write has returned, no later read of the cache gets the row of before, and no load that began before it is stored. Only a process that dies between the commit and
    /// the invalidation leaves the earlier row, until its time to live ends. A cache that fails never fails a write: what it could not be told, it is told later.
    /// </summary>
    AfterCommit,

    /// <summary>
    /// As <see cref="AfterCommit"/>, and also when the writer dies at any moment: a write intent in the cache, put before the write, keeps the row from being cached until the writer has ended
    /// or the intent has expired. A write that cannot be announced throws before it reaches the database.
    /// </summary>
    Strict,

    /// <summary>
    /// As <see cref="AfterCommit"/>, and a writer that dies leaves the earlier row for a moment only: what it invalidates is committed with its transaction, in an outbox, and is carried out by any
    /// process that looks. Writes need a <see cref="StoreTransaction"/>.
    /// </summary>
    Outbox,
}
