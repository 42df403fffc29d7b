namespace Larder.Tiers;

/// <summary>
/// Who is about to write what, in the database behind the cache: records beside the entries, which are never evicted. A record holds the tokens of all who announced themselves, and goes when the last of
/// them has taken its own away, or its time is over. What it means is in docs/internals/store.md.
/// </summary>
internal abstract class IntentStore
{
    /// <summary>Announces a writer, or has its announcement last longer.</summary>
    /// <param name="name">What it is about to write.</param>
    /// <param name="owner">Its token.</param>
    /// <param name="life">How long the intent outlives a writer that dies.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CacheException">The store of the cache cannot be reached.</exception>
    public abstract ValueTask PutAsync(string name, UInt128 owner, TimeSpan life, CancellationToken cancellationToken);

    /// <summary>Takes back what a writer has announced, and nothing of others.</summary>
    /// <exception cref="CacheException">The store of the cache cannot be reached.</exception>
    public abstract ValueTask ReleaseAsync(string name, UInt128 owner);

    /// <summary>Tells whether anybody is about to write.</summary>
    /// <exception cref="CacheException">The store of the cache cannot be reached.</exception>
    public abstract ValueTask<bool> AreHeldAsync(string name, CancellationToken cancellationToken);
}
