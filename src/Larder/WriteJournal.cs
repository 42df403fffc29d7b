using Larder.Writing;

namespace Larder;

/// <summary>Where the writes of write-behind are until the source has them. The package Larder.Redis has a durable one.</summary>
public abstract class WriteJournal
{
    private protected WriteJournal()
    {
    }

    /// <summary>
    /// Gets the memory of this process: the fastest, and without a promise. A crash, a kill or a failure of power loses every write that the source does not have
    /// yet, though its caller was told that it is accepted.
    /// </summary>
    public static WriteJournal Memory { get; } = new MemoryJournal();

    /// <summary>Gets whether the journal is one that processes share.</summary>
    internal abstract bool IsShared { get; }

    /// <summary>Makes the queue of one cache.</summary>
    internal abstract IWriteQueue<TKey, T> Open<TKey, T>(WriteQueueSettings<TKey, T> settings)
        where TKey : notnull;
}
