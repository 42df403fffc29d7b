namespace Larder.Writing;

/// <summary>What a flow tells and asks its journal. None of it throws.</summary>
internal interface IFlowJournal<TKey, T>
    where TKey : notnull
{
    /// <summary>Notes that the source has writes.</summary>
    ValueTask SettleAsync(IReadOnlyList<QueuedWrite<TKey, T>> writes);

    /// <summary>Tells whether a write is still this flow's to deliver, and not another process's by now.</summary>
    bool Holds(QueuedWrite<TKey, T> write);

    /// <summary>Keeps a write that the source will not take.</summary>
    /// <returns>Whether it is kept; otherwise it is tried again.</returns>
    ValueTask<bool> BuryAsync(QueuedWrite<TKey, T> write, string reason);
}
