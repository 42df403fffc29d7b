namespace Larder.Writing;

/// <summary>The queue of write-behind of one cache: what accepts writes, tells what waits, and has them delivered.</summary>
internal interface IWriteQueue<TKey, T> : IAsyncDisposable
    where TKey : notnull
{
    /// <summary>Begins to deliver.</summary>
    void Start();

    /// <summary>Accepts a write, as durably as the journal is.</summary>
    /// <returns>
    /// Whether it is in the queue, and its version. If the queue is full and <see cref="QueueFullMode.WriteThrough"/> is set, it is not: the caller takes it
    /// to the source under this version, and then calls <see cref="ForgetAsync"/>.
    /// </returns>
    /// <exception cref="WriteQueueFullException">There is no room.</exception>
    ValueTask<(bool IsQueued, long Version)> AppendAsync(string text, TKey key, T? value, bool isDeletion, CancellationToken cancellationToken);

    /// <summary>Tells what waits for a key.</summary>
    ValueTask<QueuedRead<T>> FindAsync(string text, CancellationToken cancellationToken);

    /// <summary>Forgets what waits for a key and is older than a version.</summary>
    ValueTask ForgetAsync(string text, long version);

    /// <summary>Delivers what waits, as far as it is this process's to deliver.</summary>
    Task DrainAsync(CancellationToken cancellationToken);

    WriteBehindStatistics Snapshot();

    IAsyncEnumerable<DeadLetter<TKey, T>> DeadLettersAsync(CancellationToken cancellationToken);

    ValueTask<bool> RemoveDeadLetterAsync(string id, CancellationToken cancellationToken);
}
