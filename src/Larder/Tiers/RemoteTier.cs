using Larder.Diagnostics;
using Larder.Inspection;
using Larder.Keys;
using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>
/// A tier over a store of bytes, made of its three operations. What reads an entry in order to change it commits on the condition that the
/// record still has the version that was read, and tries again otherwise.
/// </summary>
/// <remarks>
/// Records of the cache <c>p</c>: entries and leases under <c>p:key</c>; internal records under <c>p!</c>, which no key of a cache reaches. A load
/// puts a lease into the place of its absent key; whatever changes the key removes the lease, and the value is stored only in its place.
/// </remarks>
internal sealed partial class RemoteTier : CacheTier
{
    /// <summary>How long a lease outlives a process that died with it.</summary>
    private const long LeaseMs = 60_000;

    /// <summary>After how many removed entries progress is told.</summary>
    private const int ProgressStep = 100;

    /// <summary>A thousand years: what lives longer never expires in the store, whose dates may end sooner; the frame holds the expiry.</summary>
    private const long MaxHeldMs = 365_250L * 24 * 60 * 60 * 1000;

    private readonly IRemoteTier _store;
    private readonly string _prefix;
    private readonly SerializerSet _serializers;
    private readonly CacheClock _clock;
    private readonly CacheDiagnostics _diagnostics;
    private readonly RemoteTags _tags;
    private readonly KeyTurns _turns = new();
    private readonly Lazy<RemoteTier> _records;
    private readonly Lazy<RecordLocks> _locks;
    private readonly Lazy<RecordRates> _rates;
    private readonly Lock _fillGate = new();
    private readonly FillTable _fills = new();
    private readonly bool _ownsStore;

    public RemoteTier(IRemoteTier store, string name, SerializerSet serializers, CacheClock clock, CacheDiagnostics diagnostics)
        : this(store, name + KeySpace.Separator, new RemoteTags(store, name, clock, diagnostics), serializers, clock, diagnostics, ownsStore: true)
    {
        _records = new Lazy<RemoteTier>(() => new RemoteTier(store, name + "!record:", _tags, serializers, clock, diagnostics, ownsStore: false));
    }

    private RemoteTier(IRemoteTier store, string prefix, RemoteTags tags, SerializerSet serializers, CacheClock clock, CacheDiagnostics diagnostics, bool ownsStore)
    {
        _store = store;
        _prefix = prefix;
        _serializers = serializers;
        _clock = clock;
        _diagnostics = diagnostics;
        _tags = tags;
        _ownsStore = ownsStore;
        _records = new Lazy<RemoteTier>(this);
        _locks = new Lazy<RecordLocks>(() => new RecordLocks(Records, clock.Provider));
        _rates = new Lazy<RecordRates>(() => new RecordRates(Records, clock.Provider));
    }

    public override string Description => _store.Description;

    public override CacheTier Records => _records.Value;

    public override bool OutlivesProcess => true;

    public override LockStore Locks => _locks.Value;

    public override RateStore Rates => _rates.Value;

    public override long TagClock => _tags.LocalInvalidations;

    private long UtcNowMs => _clock.Provider.GetUtcNow().ToUnixTimeMilliseconds();

    public override async ValueTask<TierCheck> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _store.ReadAsync(_prefix + "!health", cancellationToken).ConfigureAwait(false);
            return default;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new TierCheck(IsAway: true, $"{Description} cannot be read: {exception.Message}");
        }
    }

    public override async ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken)
    {
        var state = await LoadStateAsync(key, cancellationToken).ConfigureAwait(false);
        return Result<T>(intent == ReadIntent.Peek ? state : await ProlongAsync(key, state, cancellationToken).ConfigureAwait(false), intent);
    }

    public override async ValueTask<bool> TouchAsync(string key, CancellationToken cancellationToken) =>
        (await ProlongAsync(key, await LoadStateAsync(key, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)).Lives;

    public override async ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        var frame = await FrameAsync(value, write, tagStamp: null, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await LoadStateAsync(key, cancellationToken).ConfigureAwait(false);
            if (!condition.Holds(state.Version))
            {
                return new WriteResult<T>(0, default);
            }

            if (await CommitChangeAsync(key, state.RecordVersion, frame, frame.WriteId, cancellationToken).ConfigureAwait(false))
            {
                return new WriteResult<T>(frame.WriteId, write.ReturnsPrevious ? Result<T>(state, ReadIntent.Peek) : default);
            }
        }
    }

    public override async ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await LoadStateAsync(key, cancellationToken).ConfigureAwait(false);
            if (!condition.Holds(state.Version))
            {
                return false;
            }

            if (await CommitChangeAsync(key, state.RecordVersion, frame: null, 0, cancellationToken).ConfigureAwait(false))
            {
                return state.Lives;
            }
        }
    }

    public override ValueTask<bool> MarkStaleAsync(string key, CancellationToken cancellationToken) =>
        ChangeAsync(key, static (frame, _) => frame with { IsStale = true }, cancellationToken);

    public override ValueTask<bool> ExpireAsync(string key, long timeToLiveMs, CancellationToken cancellationToken) =>
        ChangeAsync(
            key,
            (frame, now) =>
            {
                var expiresAt = CacheClock.After(now, timeToLiveMs);
                return frame with { ExpiresAt = expiresAt, CapAt = expiresAt, SlidingMs = 0, RefreshAt = EntryWrite.Never };
            },
            cancellationToken);

    public override async ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        var state = await LoadStateAsync(key, cancellationToken).ConfigureAwait(false);
        return state.TimeToLive(UtcNowMs);
    }

    public override async ValueTask<long> IncrementAsync(string key, long by, EntryWrite write, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await LoadStateAsync(key, cancellationToken).ConfigureAwait(false);
            var sum = by;
            EntryFrame frame;
            if (state.Lives)
            {
                if (state.Frame.Value.Format != PayloadFormat.Integer || !Payload.TryRead<long>(state.Frame.Value, _serializers, out var before))
                {
                    throw new CacheTypeException($"The entry '{key}' does not hold an integer, and cannot be incremented.");
                }

                sum = checked(before + by);
                frame = state.Frame with { Value = Payload.Write(sum, _serializers), WriteId = NewVersion() };
            }
            else
            {
                frame = await FrameAsync(sum, write, tagStamp: null, cancellationToken).ConfigureAwait(false);
            }

            if (await CommitChangeAsync(key, state.RecordVersion, frame, frame.WriteId, cancellationToken).ConfigureAwait(false))
            {
                return sum;
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_ownsStore)
        {
            await _store.DisposeAsync().ConfigureAwait(false);
        }
    }

    public override async ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var (state, size) = await PeekStateAsync(key, cancellationToken).ConfigureAwait(false);
        return state.Lives ? FrameInfo.Of(key, state, size, UtcNowMs) : null;
    }

    public override async ValueTask<HeldValue?> ReadHeldAsync(string key, CancellationToken cancellationToken)
    {
        var (state, _) = await PeekStateAsync(key, cancellationToken).ConfigureAwait(false);
        return state.Lives ? new HeldValue(null, state.Frame.Value, state.Frame.Value.Payload.Length) : null;
    }

    private static long NewVersion() => Random.Shared.NextInt64(1, long.MaxValue);

    private async ValueTask<bool> ChangeAsync(string key, Func<EntryFrame, long, EntryFrame> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await LoadStateAsync(key, cancellationToken).ConfigureAwait(false);
            if (!state.Lives && state.Frame.Kind != FrameKind.Lease)
            {
                VoidFills(key);
                return false;
            }

            // The record gets another version, so that no load or read that began before undoes the change. A lease is taken away.
            EntryFrame? changed = state.Lives ? change(state.Frame, UtcNowMs) : null;
            if (await CommitChangeAsync(key, state.RecordVersion, changed, changed is null ? 0 : NewVersion(), cancellationToken).ConfigureAwait(false))
            {
                return state.Lives;
            }
        }
    }

    private async ValueTask<StoredState> ProlongAsync(string key, StoredState state, CancellationToken cancellationToken)
    {
        if (state is not { Lives: true, Frame.SlidingMs: > 0 })
        {
            return state;
        }

        // A lost race means that another changed the entry meanwhile; its life is no longer this reader's to prolong. The record keeps its
        // version, so that a refresh under way does not take a mere read for a change.
        var sliding = state.Frame with { ExpiresAt = Math.Min(CacheClock.After(UtcNowMs, state.Frame.SlidingMs), state.Frame.CapAt) };
        await TryCommitAsync("prolong", key, state.RecordVersion, sliding, cancellationToken).ConfigureAwait(false);
        return state with { Frame = sliding };
    }

    /// <summary>Reads a record and tells what it is: an entry that lives, one in reserve, a lease, or nothing. What cannot be read is removed.</summary>
    private async ValueTask<StoredState> LoadStateAsync(string key, CancellationToken cancellationToken)
    {
        var record = await _store.ReadAsync(_prefix + key, cancellationToken).ConfigureAwait(false);
        if (!record.Exists)
        {
            return default;
        }

        if (!EntryFrame.TryParse(TypeId.HashOf(_prefix + key), record.Data, out var frame, out var problem))
        {
            await RemoveBadAsync(key, record.Version, problem, cancellationToken).ConfigureAwait(false);
            return default;
        }

        return await JudgeAsync(frame, record.Version, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StoredState> JudgeAsync(EntryFrame frame, long version, CancellationToken cancellationToken)
    {
        var state = StoredState.Of(frame, version, UtcNowMs);
        return state.Lives || state.IsReserve ? state.With(await _tags.CheckAsync(frame, cancellationToken).ConfigureAwait(false)) : state;
    }

    /// <summary>Reads a record, and leaves it as it is even if it cannot be read.</summary>
    private async ValueTask<(StoredState State, long Size)> PeekStateAsync(string key, CancellationToken cancellationToken)
    {
        var record = await _store.ReadAsync(_prefix + key, cancellationToken).ConfigureAwait(false);
        return record.Exists && EntryFrame.TryParse(TypeId.HashOf(_prefix + key), record.Data, out var frame, out _)
            ? (await JudgeAsync(frame, record.Version, cancellationToken).ConfigureAwait(false), record.Data.Length)
            : default;
    }

    private async ValueTask RemoveBadAsync(string key, long version, string problem, CancellationToken cancellationToken)
    {
        _diagnostics.BadEntry(key, problem);
        await TryCommitAsync("remove", key, version, frame: null, cancellationToken).ConfigureAwait(false);
    }

    private CacheResult<T> Result<T>(StoredState state, ReadIntent intent) => state.Result<T>(intent, UtcNowMs, _serializers);

    private ValueTask<EntryFrame> FrameAsync<T>(T value, EntryWrite write, long? tagStamp, CancellationToken cancellationToken) =>
        FrameAsync(Payload.Write(value, _serializers), write, tagStamp, cancellationToken);

    private async ValueTask<EntryFrame> FrameAsync(StoredValue value, EntryWrite write, long? tagStamp, CancellationToken cancellationToken)
    {
        var tags = write.Tags is null ? [] : await _tags.ResolveAsync(write.Tags, cancellationToken).ConfigureAwait(false);
        var stamp = write.Tags is null ? 0 : tagStamp ?? await _tags.ClockAsync(cancellationToken).ConfigureAwait(false);
        return StoredState.NewFrame(value, write, UtcNowMs, stamp, tags);
    }

    private ValueTask<bool> CommitAsync(string key, long expectedVersion, EntryFrame? frame, long version, CancellationToken cancellationToken) =>
        _store.CommitAsync([new RemoteCondition(_prefix + key, expectedVersion)], [Change(key, frame, version)], cancellationToken);

    /// <summary>Changes a record for a caller, and voids the loads of the key that began before it was changed.</summary>
    private async ValueTask<bool> CommitChangeAsync(string key, long expectedVersion, EntryFrame? frame, long version, CancellationToken cancellationToken)
    {
        // Before, because the change shows before it has returned, and after: a load that began in between may have found what was there.
        VoidFills(key);
        if (expectedVersion == 0 && frame is null)
        {
            return true;
        }

        try
        {
            return await CommitAsync(key, expectedVersion, frame, version, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            VoidFills(key);
        }
    }

    /// <summary>Makes a change that a read would like and can do without: rewrites a record under its version, or removes it.</summary>
    private async ValueTask TryCommitAsync(string operation, string key, long version, EntryFrame? frame, CancellationToken cancellationToken)
    {
        try
        {
            await CommitAsync(key, version, frame, frame is null ? 0 : version, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _diagnostics.TierFailed(operation, key, exception);
        }
    }

    private RemoteChange Change(string key, EntryFrame? changed, long version)
    {
        if (changed is not { } frame)
        {
            return RemoteChange.Remove(_prefix + key);
        }

        var heldUntil = CacheClock.After(frame.ExpiresAt, frame.MaxStaleMs);
        var heldMs = heldUntil - UtcNowMs;
        TimeSpan? timeToLive = heldMs > MaxHeldMs ? null : TimeSpan.FromMilliseconds(Math.Max(1, heldMs));
        return new RemoteChange(_prefix + key, frame.ToBytes(_prefix + key), version, timeToLive);
    }
}
