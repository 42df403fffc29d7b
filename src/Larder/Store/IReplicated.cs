namespace Larder.Store;

/// <summary>A source that reads from a replica, and so must know of the writes of its store.</summary>
/// <typeparam name="TKey">The type of the ids.</typeparam>
internal interface IReplicated<TKey>
{
    ReplicaLag Lag { get; }

    /// <summary>Tells it which store it belongs to.</summary>
    void Bind(IStoreRows<TKey> store);
}
