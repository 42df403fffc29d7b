namespace Larder.Tiers;

/// <summary>
/// A store of bytes under a cache: what an author writes to put a cache over a file, a database table, or a service. Three operations; the
/// rest of the cache (expiry, tags, loads, counters, locks, transactions) is made of them.
/// </summary>
/// <remarks>
/// Every operation is atomic. A record that is past its time to live is absent for all of them. Keys are well-formed UTF-16, up to about 1,400 characters
/// long. Wrap what goes wrong in a <see cref="CacheException"/>, or let it through: reads become misses, and writes tell their callers. The suites in
/// <c>Larder.Testing</c> show whether an implementation keeps to this.
/// </remarks>
public interface IRemoteTier : IAsyncDisposable
{
    /// <summary>Gets what the tier is, for the log; without secrets.</summary>
    string Description { get; }

    /// <summary>Reads a record.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The record, or the default when it is absent.</returns>
    ValueTask<RemoteRecord> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Carries out all changes if all conditions hold, in one step that others see wholly or not at all.</summary>
    /// <param name="conditions">The versions that records must have; may be none.</param>
    /// <param name="changes">The changes, each of another key.</param>
    /// <param name="cancellationToken">Cancels before anything was changed.</param>
    /// <returns>Whether the conditions held; if not, nothing was changed.</returns>
    ValueTask<bool> CommitAsync(IReadOnlyList<RemoteCondition> conditions, IReadOnlyList<RemoteChange> changes, CancellationToken cancellationToken);

    /// <summary>Lists the keys that begin with a prefix.</summary>
    /// <param name="prefix">The prefix, literally.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>The keys. A key that is there from beginning to end is listed once; others may or may not be.</returns>
    IAsyncEnumerable<string> KeysAsync(string prefix, CancellationToken cancellationToken);
}
