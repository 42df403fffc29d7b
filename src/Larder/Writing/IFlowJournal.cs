namespace Larder.Writing;

/// <summary>What a flow tells its journal. Neither throws.</summary>
internal interface IFlowJournal<TKey, T>
    where TKey : notnull
{
    /// <summary>Notes that the source has writes.</summary>
    ValueTask SettleAsync(IReadOnlyList<QueuedWrite<TKey, T>> writes);

    /// <summary>Keeps a write that the source will not take.</summary>
    /// <returns>Whether it is kept; otherwise it is tried again.</returns>
    ValueTask<bool> BuryAsync(QueuedWrite<TKey, T> write, string reason);
}
