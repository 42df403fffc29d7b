using System.Data.Common;
using Larder.Invalidation;
using Larder.Tiers;

namespace Larder.Store;

/// <summary>
/// What one database transaction changes in the cache. Whoever runs the transaction adds what it writes, announces it before the commands are sent and once more before the commit,
/// and tells in the end what became of it. Rows that are added after an announcement are announced by the next one. Used by one flow at a time; the end may come from another.
/// </summary>
internal sealed class ChangeSet(StoreCore stores)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tags = new(StringComparer.Ordinal);
    private readonly List<EntityChange> _changes = [];
    private readonly HashSet<StoreSpace> _spaces = [];

    // What few stores need.
    private HashSet<string>? _intents;
    private HashSet<string>? _strictKeys;
    private HashSet<string>? _strictTags;
    private HashSet<(StoreSpace Space, string Fence)>? _fences;
    private HashSet<string>? _outboxKeys;
    private HashSet<string>? _outboxTags;
    private UInt128 _owner;
    private bool _hasNews;
    private bool _hasEnded;
    private long _announcedAt;

    /// <summary>Gets whether nothing was added.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _keys.Count + _tags.Count == 0;
            }
        }
    }

    /// <summary>Adds a row that is written.</summary>
    /// <param name="space">The store that it belongs to.</param>
    /// <param name="id">The text of its id, see <see cref="StoreId"/>.</param>
    /// <param name="kind">How it is written.</param>
    /// <param name="labels">Labels for those who listen to changes.</param>
    /// <param name="isTold">Whether they are told of it.</param>
    /// <exception cref="InvalidOperationException">The end was told already.</exception>
    public void Add(StoreSpace space, string id, EntityChangeKind kind, IReadOnlyList<string>? labels = null, bool isTold = true)
    {
        lock (_gate)
        {
            Begin(space);
            var key = space.RowKey(id);
            if (_keys.Add(key))
            {
                space.Counters.InvalidateRow();
            }

            _tags.Add(space.QueryTag);
            Tell(isTold, kind, space, id, labels);
            if (space.Replica is not null)
            {
                (_fences ??= []).Add((space, space.RowFence(id)));
            }

            if (space.HasOutbox)
            {
                Add(ref _outboxKeys, key);
                Add(ref _outboxTags, space.QueryTag);
            }

            if (space.IsStrict)
            {
                Add(ref _strictKeys, key);
                Add(ref _strictTags, space.QueryTag);
                _hasNews |= Add(ref _intents, space.RowIntent(id)) | Add(ref _intents, space.QueryIntent);
            }
        }
    }

    /// <summary>Adds a whole table: any of its rows may be written. All rows and queries are dropped.</summary>
    /// <param name="space">The store.</param>
    /// <param name="labels">Labels for those who listen to changes.</param>
    /// <param name="isTold">Whether they are told of it.</param>
    /// <exception cref="InvalidOperationException">The end was told already.</exception>
    public void AddTable(StoreSpace space, IReadOnlyList<string>? labels = null, bool isTold = true)
    {
        lock (_gate)
        {
            Begin(space);
            if (_tags.Add(space.RowTag))
            {
                space.Counters.InvalidateTable();
            }

            _tags.Add(space.QueryTag);
            Tell(isTold, EntityChangeKind.Table, space, null, labels);
            if (space.Replica is not null)
            {
                (_fences ??= []).Add((space, space.TableFence));
            }

            if (space.HasOutbox)
            {
                Add(ref _outboxTags, space.RowTag);
                Add(ref _outboxTags, space.QueryTag);
            }

            if (space.IsStrict)
            {
                Add(ref _strictTags, space.RowTag);
                Add(ref _strictTags, space.QueryTag);
                _hasNews |= Add(ref _intents, space.TableIntent) | Add(ref _intents, space.QueryIntent);
            }
        }
    }

    /// <summary>Adds the queries of a store, whose rows stay: for what queries depend on besides the rows.</summary>
    /// <param name="space">The store.</param>
    /// <exception cref="InvalidOperationException">The end was told already.</exception>
    public void AddQueries(StoreSpace space)
    {
        lock (_gate)
        {
            Begin(space);
            _tags.Add(space.QueryTag);
            if (space.HasOutbox)
            {
                Add(ref _outboxTags, space.QueryTag);
            }

            if (space.IsStrict)
            {
                Add(ref _strictTags, space.QueryTag);
                _hasNews |= Add(ref _intents, space.QueryIntent);
            }
        }
    }

    /// <summary>
    /// Announces what was added: to be called before the commands are sent, and once more before the commit. For strict stores it puts write intents, drops what is cached, and
    /// renews what was announced a while ago; for others it does nothing.
    /// </summary>
    /// <exception cref="CacheException">It cannot be announced: the transaction must not be committed.</exception>
    public ValueTask AnnounceAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfEnded();
            if (_intents is null || (!_hasNews && stores.Time.GetElapsedTime(_announcedAt) < stores.IntentLife / 4))
            {
                return default;
            }
        }

        return PutAsync(cancellationToken);
    }

    /// <summary>Writes what stores with an outbox will have invalidated, within the transaction: to be called before the commit. Does nothing when there is nothing new.</summary>
    /// <exception cref="InvalidOperationException">The cache has no outbox.</exception>
    public Task WriteOutboxAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        InvalidationPlan plan;
        lock (_gate)
        {
            ThrowIfEnded();
            plan = new InvalidationPlan([.. _outboxKeys ?? []], [], [.. _outboxTags ?? []]);
            (_outboxKeys, _outboxTags) = (null, null);
        }

        return plan.Keys.Length + plan.Tags.Length == 0 ? Task.CompletedTask
            : stores.Outbox?.WriteAsync(plan, connection, transaction, cancellationToken)
            ?? throw new InvalidOperationException($"The store '{_spaces.First(space => space.HasOutbox).Name}' has Consistency = Outbox, and the cache '{stores.Diagnostics.Name}' has no outbox: add one with AddOutbox or cache.UseOutbox.");
    }

    /// <summary>
    /// Tells that the transaction was committed: the rows and queries are dropped, the intents released, the changes told to those who listen. What the cache cannot be told now it is
    /// told later. Does nothing after the end was told.
    /// </summary>
    /// <exception cref="CacheException">Of a strict store, the cache could not be told; the intents stay until they expire.</exception>
    public ValueTask CommittedAsync() => TryEnd() ? DropAsync(isCommitted: true) : default;

    /// <summary>Tells that the transaction was rolled back: the intents are released. Does nothing after the end was told, and does not throw.</summary>
    public ValueTask RolledBackAsync() => TryEnd() ? ReleaseAsync() : default;

    /// <summary>Tells that nobody knows whether the transaction was committed: what it wrote is dropped, and the intents are left to expire. Does nothing after the end was told.</summary>
    /// <exception cref="CacheException">Of a strict store, the cache could not be told.</exception>
    public ValueTask OutcomeUnknownAsync() => TryEnd() ? DropAsync(isCommitted: false) : default;

    /// <summary>
    /// Tells that a command or the commit has failed: if the server said so, nothing of the transaction is under way any more, and what it perhaps wrote is dropped; otherwise the outcome is not known.
    /// Does not throw, so that the caller hears of that failure: a cache that could not be told is counted, and of a strict store the intents stay until they expire.
    /// </summary>
    public async ValueTask FailedAsync(Exception exception)
    {
        if (!TryEnd())
        {
            return;
        }

        if (await TryAsync(DropAsync(isCommitted: false)).ConfigureAwait(false) is null && exception is DbException { SqlState: not null })
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    private bool IsStrict => _intents is not null || stores.Tier.TellsOfFailedChanges;

    private static bool Add(ref HashSet<string>? set, string item) => (set ??= new HashSet<string>(StringComparer.Ordinal)).Add(item);

    private void Begin(StoreSpace space)
    {
        ThrowIfEnded();
        _spaces.Add(space);
    }

    private void Tell(bool isTold, EntityChangeKind kind, StoreSpace space, string? id, IReadOnlyList<string>? labels)
    {
        if (isTold)
        {
            _changes.Add(new EntityChange(kind, space.Name, id, labels ?? [], default));
        }
    }

    private void ThrowIfEnded()
    {
        if (_hasEnded)
        {
            throw new InvalidOperationException("The end of this transaction was told already; what is written after it belongs to another change set.");
        }
    }

    private bool TryEnd()
    {
        lock (_gate)
        {
            return !_hasEnded && (_hasEnded = true);
        }
    }

    private async ValueTask PutAsync(CancellationToken cancellationToken)
    {
        string[] intents;
        InvalidationPlan plan;
        var now = stores.Time.GetTimestamp();
        lock (_gate)
        {
            _hasNews = false;
            _owner = _owner == default ? LockRequest.NewOwner() : _owner;
            (intents, plan) = ([.. _intents ?? []], new InvalidationPlan([.. _strictKeys ?? []], [], [.. _strictTags ?? []]));
        }

        try
        {
            // First the intents, then what is there: a load that has seen no intent began before what is there is dropped, and is not stored.
            await stores.ForEachAsync(intents, intent => stores.Intents.PutAsync(intent, _owner, stores.IntentLife, cancellationToken)).ConfigureAwait(false);
            await stores.InvalidateAsync(plan, isStrict: true, cancellationToken).ConfigureAwait(false);
            _announcedAt = now;
        }
        catch
        {
            _hasNews = true;
            throw;
        }
    }

    /// <summary>Drops what was written; if it was committed for sure, the intents are released after it, and who listens is told.</summary>
    private async ValueTask DropAsync(bool isCommitted)
    {
        if (_keys.Count + _tags.Count == 0)
        {
            return;
        }

        var plan = new InvalidationPlan([.. _keys], [], [.. _tags]);
        var failure = _fences is null ? null : await TryAsync(RaiseFencesAsync(_fences)).ConfigureAwait(false);
        if (failure is not null)
        {
            // What a replica is asked for too early is dropped again when it must have caught up.
            await stores.InvalidateAgainAsync(plan, _fences!.Max(fence => fence.Space.Replica!.Max)).ConfigureAwait(false);
        }

        try
        {
            await stores.InvalidateAsync(plan, IsStrict, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
            stores.InvalidateLater(plan);
        }

        if (isCommitted)
        {
            if (failure is null)
            {
                await ReleaseAsync().ConfigureAwait(false);
            }

            stores.Feed.Publish(_changes);
        }

        if (failure is not null)
        {
            Fail(failure);
        }
    }

    private static async ValueTask<Exception?> TryAsync(ValueTask action)
    {
        try
        {
            await action.ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private void Fail(Exception failure)
    {
        stores.Diagnostics.TierFailed("invalidate", _keys.FirstOrDefault() ?? _tags.First(), failure);
        foreach (var space in _spaces)
        {
            space.Counters.FailInvalidation();
        }

        if (IsStrict)
        {
            throw new CacheException($"The transaction was committed, or may have been, but the cache could not be told of it: {failure.Message} What it changed stays out of the cache until the intents have expired.", failure);
        }
    }

    /// <summary>Keeps the loads of what was written away from replicas, before they can begin.</summary>
    private async ValueTask RaiseFencesAsync(IEnumerable<(StoreSpace Space, string Fence)> raised)
    {
        foreach (var fences in raised.GroupBy(fence => fence.Space, fence => fence.Fence))
        {
            var (max, position) = fences.Key.Replica!;
            var reached = position is null ? 0 : await position(CancellationToken.None).ConfigureAwait(false);
            await stores.ForEachAsync([.. fences], fence => stores.Fences.RaiseAsync(fence, reached, max)).ConfigureAwait(false);
        }
    }

    private ValueTask ReleaseAsync() => _intents is null ? default : ReleaseAsync(_intents);

    private async ValueTask ReleaseAsync(IEnumerable<string> intents)
    {
        try
        {
            await stores.ForEachAsync([.. intents], intent => stores.Intents.ReleaseAsync(intent, _owner)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // They expire by themselves.
            stores.Diagnostics.TierFailed("release intents", _spaces.FirstOrDefault()?.Name ?? "", exception);
        }
    }
}
