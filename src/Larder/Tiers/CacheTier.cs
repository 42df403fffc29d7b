using Larder.Keys;

namespace Larder.Tiers;

/// <summary>
/// The seam between the policies of the cache (loading, invalidation, locks) and where entries are. Every operation is atomic, and takes an
/// expired entry for absent. Keys and options were checked above.
/// </summary>
internal abstract class CacheTier : IAsyncDisposable
{
    /// <summary>Gets what the tier is, for the log: "memory, at most 100,000 entries".</summary>
    public abstract string Description { get; }

    /// <summary>Gets a tier for internal records, such as locks, that share no keys with entries and are never evicted.</summary>
    public abstract CacheTier Records { get; }

    /// <summary>Gets the locks of the store.</summary>
    public virtual LockStore Locks => Records.Locks;

    /// <summary>Gets whether what is stored is still there when the process has ended.</summary>
    public virtual bool OutlivesProcess => false;

    /// <summary>Gets how many entries are held, whether they live or not; negative when it is not known.</summary>
    public virtual long HeldEntries => -1;

    /// <summary>Gets what the held entries weigh; negative when it is not known.</summary>
    public virtual long HeldBytes => -1;

    /// <summary>Gets whether the tier stores anything at all.</summary>
    public virtual bool IsEnabled => true;

    /// <summary>Gets whether callers are told when a read fails; otherwise it is a miss.</summary>
    public virtual bool IsStrict => false;

    /// <summary>Gets a number that grows with each invalidation of a tag in this process.</summary>
    public virtual long TagClock => 0;

    /// <summary>Makes contact with the store, if the settings want that before the cache is used.</summary>
    /// <exception cref="CacheException">It cannot be reached, or refuses.</exception>
    public virtual ValueTask StartAsync(CancellationToken cancellationToken) => default;

    public abstract ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken);

    public abstract ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken);

    public abstract ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken);

    public abstract ValueTask<bool> MarkStaleAsync(string key, CancellationToken cancellationToken);

    public abstract ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Gives an entry a new time to live; <see cref="EntryWrite.Never"/> takes the expiry away.</summary>
    public abstract ValueTask<bool> ExpireAsync(string key, long timeToLiveMs, CancellationToken cancellationToken);

    public abstract ValueTask<long> IncrementAsync(string key, long by, EntryWrite write, CancellationToken cancellationToken);

    public abstract IAsyncEnumerable<string> KeysAsync(KeyFilter filter, CancellationToken cancellationToken);

    /// <summary>Removes all entries that match and voids the tickets of such keys.</summary>
    /// <returns>How many of them lived.</returns>
    public abstract ValueTask<long> RemoveAllAsync(KeyFilter filter, CancellationToken cancellationToken);

    public abstract ValueTask MarkAllStaleAsync(KeyFilter filter, CancellationToken cancellationToken);

    public abstract ValueTask InvalidateTagAsync(string tag, bool isLazy, CancellationToken cancellationToken);

    /// <summary>Notes that a load of a key begins.</summary>
    public abstract ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, CancellationToken cancellationToken);

    /// <summary>Stores what was loaded if the ticket still stands, and ends the ticket.</summary>
    /// <returns>The version of the new entry; zero when it was not stored.</returns>
    public abstract ValueTask<long> CompleteFillAsync<T>(FillTicket ticket, T value, EntryWrite write, CancellationToken cancellationToken);

    /// <summary>Ends a ticket without storing anything.</summary>
    public abstract ValueTask AbandonFillAsync(FillTicket ticket);

    /// <summary>Tells why two keys cannot be changed in one transaction, as far as that is known without asking; <see langword="null"/> when nothing speaks against it.</summary>
    public virtual string? WhyApart(string one, string other) => null;

    /// <summary>Carries out all writes if all conditions hold, in one step.</summary>
    /// <returns>Whether the conditions held.</returns>
    public abstract ValueTask<bool> CommitAsync(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
