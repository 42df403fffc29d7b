using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Keys;

namespace Larder.Tiers;

/// <summary>
/// The seam between the policies of the cache (loading, invalidation, locks) and where entries are. Every operation is atomic, and takes an
/// expired entry for absent. Keys and options were checked above.
/// </summary>
internal abstract partial class CacheTier : IAsyncDisposable
{
    /// <summary>Gets what the tier is, for the log: "memory, at most 100,000 entries".</summary>
    public abstract string Description { get; }

    /// <summary>Gets a tier for internal records, such as locks, that share no keys with entries and are never evicted.</summary>
    public abstract CacheTier Records { get; }

    /// <summary>Gets the locks of the store.</summary>
    public virtual LockStore Locks => Records.Locks;

    /// <summary>Gets where writers of the database behind the cache announce themselves; <see langword="null"/> for records as <see cref="RecordIntents"/> has them.</summary>
    public virtual IntentStore? Intents => null;

    /// <summary>Gets the permits that the store counts.</summary>
    public virtual RateStore Rates => Records.Rates;

    /// <summary>Gets whether what is stored is still there when the process has ended.</summary>
    public virtual bool OutlivesProcess => false;

    /// <summary>Gets how many entries are held, whether they live or not; negative when it is not known.</summary>
    public virtual long HeldEntries => -1;

    /// <summary>Gets what the held entries weigh; negative when it is not known.</summary>
    public virtual long HeldBytes => -1;

    /// <summary>Gets the memory that a read may look into before it asks the tier; <see langword="null"/> when there is none.</summary>
    public virtual Memory.MemoryEngine? Memory => null;

    /// <summary>Gets what tells whether <see cref="Memory"/> may be believed; <see langword="null"/> when it always may.</summary>
    public virtual TrustGate? MemoryTrust => null;

    /// <summary>Gets whether <see cref="Memory"/> holds copies of what others can change, and how they are kept in step.</summary>
    public virtual LocalCopies LocalCopies => LocalCopies.None;

    /// <summary>Gets how many writes and removals wait for a store that is away.</summary>
    public virtual long PendingInvalidations => 0;

    /// <summary>Gets whether the tier stores anything at all.</summary>
    public virtual bool IsEnabled => true;

    /// <summary>Gets whether callers are told when a read fails; otherwise it is a miss.</summary>
    public virtual bool IsStrict => false;

    /// <summary>Gets whether callers are told when a change fails; otherwise it is done later.</summary>
    public virtual bool TellsOfFailedChanges => IsStrict;

    /// <summary>
    /// Tells whether a caller may join only loads that begin after it has come, and not one that runs: of what has changed since that began, nothing may have been heard.
    /// </summary>
    /// <param name="running">The ticket of the load that runs.</param>
    public virtual bool JoinsOnlyLater(FillTicket running) => false;

    /// <summary>Gets a number that grows with each invalidation of a tag in this process.</summary>
    public virtual long TagClock => 0;

    /// <summary>Makes contact with the store, if the settings want that before the cache is used.</summary>
    /// <exception cref="CacheException">It cannot be reached, or refuses.</exception>
    public virtual ValueTask StartAsync(CancellationToken cancellationToken) => default;

    /// <summary>Gets the places in which the tier can keep an entry.</summary>
    public CacheTiers Places => !IsEnabled ? CacheTiers.None : !OutlivesProcess ? CacheTiers.Memory : HoldsOwn ? CacheTiers.All : CacheTiers.Shared;

    /// <summary>Asks the store for a sign of life. That it gives none is an answer.</summary>
    public virtual ValueTask<TierCheck> CheckAsync(CancellationToken cancellationToken) => default;

    /// <summary>Gets whether the tier can keep an entry in the memory of this process only, although its other entries are shared.</summary>
    public virtual bool HoldsOwn => false;

    /// <summary>Tells whether an entry that is to be in some tiers only has a place here.</summary>
    public virtual bool Stores(in EntryWrite write) => !write.SkipsShared || (HoldsOwn && !write.SkipsMemory);

    public abstract ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken);

    /// <summary>Reads an entry in some of the places where it may be. A tier that has one place reads that.</summary>
    public virtual ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CacheTiers tiers, CancellationToken cancellationToken) => ReadAsync<T>(key, intent, cancellationToken);

    /// <summary>
    /// Reads for a caller, who is told of no failure unless the tier is strict: it has nothing then, see <see cref="CacheResult{T}.IsUnavailable"/>. A tier that can save a step does it itself.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="intent">What the caller wants.</param>
    /// <param name="tiers">Where to look.</param>
    /// <param name="counts">Whether it counts as a hit or a miss.</param>
    /// <param name="diagnostics">What counts.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public virtual async ValueTask<CacheResult<T>> ReadForCallerAsync<T>(
        string key, ReadIntent intent, CacheTiers tiers, bool counts, CacheDiagnostics diagnostics, CancellationToken cancellationToken)
    {
        CacheResult<T> result;
        try
        {
            result = await ReadAsync<T>(key, intent, tiers, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!IsStrict && !cancellationToken.IsCancellationRequested)
        {
            diagnostics.TierFailed("read", key, exception);
            result = CacheResult<T>.Unavailable;
        }

        return counts ? diagnostics.Counters.CountRead(result) : result;
    }

    public abstract ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken);

    public abstract ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken);

    /// <summary>Removes what is there, for one to whom it does not matter whether it lived, which may cost more to find out.</summary>
    /// <returns>Whether there was anything.</returns>
    public virtual ValueTask<bool> DropAsync(string key, CancellationToken cancellationToken) => RemoveAsync(key, WriteCondition.None, cancellationToken);

    /// <summary>Removes what is there under some keys, and invalidates tags, without a failure that could concern some of them only.</summary>
    /// <returns>How many of the keys there were; negative when the tier cannot do that, and has done nothing.</returns>
    public virtual ValueTask<long> TryDropAsync(string[] keys, string[] tags, CancellationToken cancellationToken) => new(-1);

    public abstract ValueTask<bool> MarkStaleAsync(string key, CancellationToken cancellationToken);

    /// <summary>Prolongs a sliding entry as a read would, without reading its value.</summary>
    /// <returns>Whether there is an entry.</returns>
    public abstract ValueTask<bool> TouchAsync(string key, CancellationToken cancellationToken);

    public abstract ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Tells how long an entry lives in some of the places where it may be. A tier that has one place tells of that.</summary>
    public virtual ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CacheTiers tiers, CancellationToken cancellationToken) => GetTimeToLiveAsync(key, cancellationToken);

    /// <summary>Gives an entry a new time to live; <see cref="EntryWrite.Never"/> takes the expiry away.</summary>
    public abstract ValueTask<bool> ExpireAsync(string key, long timeToLiveMs, CancellationToken cancellationToken);

    public abstract ValueTask<long> IncrementAsync(string key, long by, EntryWrite write, CancellationToken cancellationToken);

    public abstract IAsyncEnumerable<string> KeysAsync(KeyFilter filter, CancellationToken cancellationToken);

    /// <summary>Removes all entries that match and voids the tickets of such keys.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="progress">Is told of each batch how many have been removed so far; the caller tells the end.</param>
    /// <param name="cancellationToken">Ends the removal.</param>
    /// <returns>How many of them lived.</returns>
    public abstract ValueTask<long> RemoveAllAsync(KeyFilter filter, IProgress<long>? progress, CancellationToken cancellationToken);

    public abstract ValueTask MarkAllStaleAsync(KeyFilter filter, CancellationToken cancellationToken);

    public abstract ValueTask InvalidateTagAsync(string tag, bool isLazy, CancellationToken cancellationToken);

    /// <summary>Notes that a load of a key begins.</summary>
    /// <param name="key">The key.</param>
    /// <param name="tags">The tags that are known to matter.</param>
    /// <param name="mode">What to do when another process loads the key; where a tier cannot tell, the load begins.</param>
    /// <param name="previous">The ticket with which this load began before, if that <see cref="FillTicket.HasWaited"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CacheLoadException">The load of another process that was waited for has failed.</exception>
    public abstract ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, FillMode mode, FillTicket? previous, CancellationToken cancellationToken);

    /// <summary>Notes that a load of a key begins while the store cannot be asked: what is loaded is not stored there, and later loads do not join it once the key was changed.</summary>
    public virtual FillTicket BeginUnstoredFill(string key, string[]? tags) => new(key, TagClock) { IsLost = true };

    /// <summary>Notes that a load begins whose result is kept in the memory of this process only; where <see cref="HoldsOwn"/>.</summary>
    public virtual FillTicket BeginOwnFill(string key, string[]? tags) => BeginUnstoredFill(key, tags);

    /// <summary>Stores what was loaded if the ticket still stands, and ends the ticket.</summary>
    /// <returns>The version of the new entry; zero when it was not stored.</returns>
    public abstract ValueTask<long> CompleteFillAsync<T>(FillTicket ticket, T value, EntryWrite write, CancellationToken cancellationToken);

    /// <summary>Stores what another place has accepted since the ticket was taken, if the ticket still stands, and ends the ticket: as the end of a load, but what was there before has changed by it.</summary>
    /// <returns>The version of the new entry; zero when it was not stored.</returns>
    public virtual ValueTask<long> CompleteWriteAsync<T>(FillTicket ticket, T value, EntryWrite write) => CompleteFillAsync(ticket, value, write, CancellationToken.None);

    /// <summary>Ends a ticket without storing anything.</summary>
    public abstract ValueTask AbandonFillAsync(FillTicket ticket);

    /// <summary>Tells why two keys cannot be changed in one transaction, as far as that is known without asking; <see langword="null"/> when nothing speaks against it.</summary>
    public virtual string? WhyApart(string one, string other) => null;

    /// <summary>Carries out all writes if all conditions hold, in one step.</summary>
    /// <returns>Whether the conditions held.</returns>
    public abstract ValueTask<bool> CommitAsync(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
