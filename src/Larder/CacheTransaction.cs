using Larder.Views;

namespace Larder;

/// <summary>
/// Conditions and writes that take effect all together or not at all. Built by one thread, committed once.
/// </summary>
/// <remarks>
/// In a Redis Cluster all keys must lie in one slot: give them the same hash tag, for example by <c>cache.WithPrefix("{order:42}")</c>. A key of another slot is refused
/// with a <see cref="CacheException"/> when it is added, or at the commit if it was not known before that the servers are a cluster.
/// </remarks>
public sealed class CacheTransaction
{
    /// <summary>How many conditions and writes a transaction may have, each.</summary>
    public const int MaxParts = 1000;

    private readonly CacheView _view;
    private readonly List<Tiers.TransactionCondition> _conditions = [];
    private readonly List<Tiers.TransactionWrite> _writes = [];
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private string? _firstKey;
    private bool _isCommitted;

    internal CacheTransaction(CacheView view) => _view = view;

    /// <summary>Requires that a key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This transaction.</returns>
    public CacheTransaction RequireAbsent(CacheKey key) => Require(key, Tiers.WriteCondition.Absent);

    /// <summary>Requires that a key is there.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This transaction.</returns>
    public CacheTransaction RequirePresent(CacheKey key) => Require(key, Tiers.WriteCondition.Present);

    /// <summary>Requires that an entry still has a version.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">The <see cref="CacheResult{T}.Version"/> that was read; zero for an absent entry.</param>
    /// <returns>This transaction.</returns>
    public CacheTransaction RequireVersion(CacheKey key, long version) => Require(key, Tiers.WriteCondition.HasVersion(version));

    /// <summary>Stores a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key; each key is written once at most.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How the value is stored.</param>
    /// <returns>This transaction.</returns>
    /// <exception cref="InvalidOperationException">The key is written by this transaction already.</exception>
    public CacheTransaction Set<T>(CacheKey key, T value, CacheEntryOptions options = default)
    {
        ThrowIfCommitted();
        var write = _view.ToWrite(options);
        return Write(new Tiers.TransactionSet<T>(Claim(key), value, write));
    }

    /// <summary>Removes an entry, if there is one.</summary>
    /// <param name="key">The key; each key is written once at most.</param>
    /// <returns>This transaction.</returns>
    /// <exception cref="InvalidOperationException">The key is written by this transaction already.</exception>
    public CacheTransaction Remove(CacheKey key) => Write(new Tiers.TransactionWrite(Claim(key)));

    /// <summary>Carries out the writes if all conditions hold.</summary>
    /// <param name="cancellationToken">Cancels the commit before it has begun.</param>
    /// <returns>Whether the conditions held; if not, nothing was written.</returns>
    /// <exception cref="InvalidOperationException">The transaction was committed already.</exception>
    /// <exception cref="CacheException">
    /// The store could not be asked, or refused. Nothing was written, unless it is a <see cref="CacheTimeoutException"/>, or a <see cref="CacheConnectionException"/> whose
    /// <see cref="CacheConnectionException.MayHaveHappened"/> is <see langword="true"/>: then read the keys to find out.
    /// </exception>
    public ValueTask<bool> CommitAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfCommitted();
        _isCommitted = true;
        return _view.CommitAsync(_conditions, _writes, cancellationToken);
    }

    private CacheTransaction Require(CacheKey key, Tiers.WriteCondition condition)
    {
        ThrowIfCommitted();
        RequireRoom(_conditions.Count);
        _conditions.Add(new Tiers.TransactionCondition(Together(_view.Resolve(key)), condition));
        return this;
    }

    private CacheTransaction Write(Tiers.TransactionWrite write)
    {
        _writes.Add(write);
        return this;
    }

    private string Claim(CacheKey key)
    {
        ThrowIfCommitted();
        RequireRoom(_writes.Count);
        var full = Together(_view.Resolve(key));
        return _written.Add(full) ? full : throw new InvalidOperationException($"The transaction writes the key '{full}' twice.");
    }

    /// <summary>Checks that a key can be changed together with the others.</summary>
    private string Together(string key)
    {
        _firstKey ??= key;
        return _view.Tier.WhyApart(_firstKey, key) is { } reason ? throw new CacheException(reason) : key;
    }

    private static void RequireRoom(int count)
    {
        if (count >= MaxParts)
        {
            throw new InvalidOperationException($"A transaction may have {MaxParts} conditions and {MaxParts} writes at most.");
        }
    }

    private void ThrowIfCommitted()
    {
        if (_isCommitted)
        {
            throw new InvalidOperationException("The transaction was committed already; make a new one.");
        }
    }
}
