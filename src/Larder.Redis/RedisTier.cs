using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Larder.Diagnostics;
using Larder.Memory;
using Larder.Redis.Protocol;
using Larder.Redis.Strict;
using Larder.Redis.Tracking;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis;

/// <summary>
/// The entries of a cache in Redis. Most operations are one command or one script; what depends on tags reads first and then changes on the condition that
/// nothing has changed since.
/// </summary>
/// <remarks>
/// An entry of the cache <c>p</c> lies under <c>p:key</c>, a string that begins with its <see cref="EntryFrame"/>. A load puts a lease in the place of its
/// absent key; whatever changes the key takes the lease away, and the value is stored only in its place.
/// </remarks>
internal sealed partial class RedisTier : CacheTier, IInvalidationListener
{
    /// <summary>How much of a record is read where its value is not needed: the header, unless it has many tags.</summary>
    private const int HeadLength = 256;

    /// <summary>Three hundred years: what lives longer never expires in the server; the frame holds the expiry.</summary>
    private const long MaxHeldMs = 300L * 365 * 24 * 60 * 60 * 1000;

    private readonly RedisClient _client;
    private readonly RedisTierSettings _settings;
    private readonly string _prefix;
    private readonly byte[] _prefixBytes;
    private readonly long _prefixHash;
    private readonly RedisTags _tags;
    private readonly KeyTurns _turns = new();
    private readonly Lazy<RedisTier> _records;
    private readonly bool _ownsClient;
    private readonly PendingInvalidations _pending;
    private readonly Locking.RedisLocks _locks;
    private readonly Locking.RedisIntents _intents;
    private readonly RedisCapacity? _capacity;
    private readonly CopyStore? _local;
    private readonly StandIns? _standIns;
    private readonly RecentInvalidations? _recent;
    private readonly ChangeChannel? _channel;
    private readonly StrictCoherence? _strict;
    private readonly KeyWatches? _watches;
    private readonly ConcurrentDictionary<RemoteFillTicket, long> _leases = [];
    private readonly string _leasePrefixText;
    private readonly byte[] _leasePrefix;

    public RedisTier(RedisClient client, RedisTierSettings settings)
        : this(client, settings, settings.Local is not null && client.Feed is not null ? new TrustGate() : null)
    {
    }

    private RedisTier(RedisClient client, RedisTierSettings settings, TrustGate? trust)
        : this(client, settings, settings.Prefix + Keys.KeySpace.Separator, new RedisTags(client, settings.Prefix, trust is null ? null : new KnownTags(trust)), ownsClient: true)
    {
        _capacity = settings.MaxEntries is { } maxEntries ? new RedisCapacity(client, settings.Prefix, maxEntries) : null;
        _local = trust is null ? null
            : new CopyStore(new MemoryEngine(settings.Local!, settings.Clock, settings.Diagnostics.Counters, settings.Diagnostics.Events), this, client, trust, _prefixBytes) { IsUnguarded = settings.IsUnguarded };
        _strict = trust is null || settings.Coherence != CacheCoherence.Strict ? null : new StrictCoherence(client, this, settings.Prefix, VoidAllFills);
        _standIns = trust is null || settings.IsStrict || _strict is not null ? null
            : new StandIns(new MemoryEngine(settings.Local!, settings.Clock, new StripedCounters(), new CacheEvents()), client.Feed!.TrustPeriod);
        _records = new Lazy<RedisTier>(() => new RedisTier(client, settings, settings.Prefix + "!record:", _tags, ownsClient: false));
        client.Feed?.Add(this);
        Connections.Pulse.Add(Tick);
    }

    private RedisTier(RedisClient client, RedisTierSettings settings, string prefix, RedisTags tags, bool ownsClient)
    {
        _client = client;
        _settings = settings;
        _prefix = prefix;
        _prefixBytes = Encoding.UTF8.GetBytes(prefix);
        _prefixHash = TypeId.HashOf(prefix);
        _tags = tags;
        _ownsClient = ownsClient;
        _leasePrefixText = settings.Prefix + "!load:";
        _leasePrefix = Encoding.UTF8.GetBytes(_leasePrefixText);
        _watches = client.Feed is null ? null : new KeyWatches();
        _recent = client.Feed is null || !ownsClient ? null : new RecentInvalidations(TimeProvider.System);
        _channel = client.Feed is null || !ownsClient ? null : new ChangeChannel(client, settings.Prefix);
        _records = new Lazy<RedisTier>(this);
        _locks = new Locking.RedisLocks(client, settings.Prefix, settings.Locks);
        _intents = new Locking.RedisIntents(client, settings.Prefix, settings.Locks);
        _pending = new PendingInvalidations(
            async (key, token) => await RemoveManyAsync([key], token).ConfigureAwait(false),
            async (tag, isLazy, token) => await _tags.InvalidateAsync(tag, isLazy, token).ConfigureAwait(false),
            async (filter, isMeant, token) => await RemoveMatchingAsync(filter, isMeant, progress: null, token).ConfigureAwait(false),
            settings.Diagnostics,
            settings.Clock.Provider);
    }

    public override string Description => _client.Topology.Description;

    public RedisClient Client => _client;

    /// <summary>Gets what all keys of a cache begin with, for those who want to hear of all that changes.</summary>
    public static IReadOnlyList<string> KeyPrefixes(string prefix) => [prefix + Keys.KeySpace.Separator, prefix + "!", RedisTags.KeyPrefix(prefix)];

    public override CacheTier Records => _records.Value;

    public override bool OutlivesProcess => true;

    public override LockStore Locks => _locks;

    public override IntentStore Intents => _intents;

    public override bool IsStrict => _settings.IsStrict;

    public override long TagClock => _tags.LocalInvalidations;

    private long UtcNowMs => _settings.Clock.Provider.GetUtcNow().ToUnixTimeMilliseconds();

    public override ValueTask StartAsync(CancellationToken cancellationToken) => _settings.ConnectOnStart ? _client.ConnectAsync(cancellationToken) : default;

    public override ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken) =>
        ReadAsync<T>(key, intent, CacheTiers.All, cancellationToken);

    public override ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CacheTiers tiers, CancellationToken cancellationToken) => tiers switch
    {
        CacheTiers.Shared => ReadSharedAsync<T>(key, intent, keepsCopy: false, cancellationToken),
        CacheTiers.Memory => new ValueTask<CacheResult<T>>(ReadOwn<T>(key, intent)),
        _ when _local is null => ReadSharedAsync<T>(key, intent, keepsCopy: false, cancellationToken),
        _ when _local.TryGet(key, intent, out var hit) && Typed.Result<T>(hit) is { HasValue: true } result => new ValueTask<CacheResult<T>>(result),
        _ when intent == ReadIntent.GetOrCreate && TryStandIn<T>(key, out _) => ReadBesideStandInAsync<T>(key, intent, cancellationToken),
        _ => ReadSharedAsync<T>(key, intent, keepsCopy: true, cancellationToken),
    };

    public override ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken) =>
        write.SkipsShared ? new(WriteOwn(key, value, write, condition))
        : condition.Kind == WriteConditionKind.None && !write.ReturnsPrevious ? write.Tags is null ? SetAsync(key, value, write, cancellationToken) : SetTaggedAsync(key, value, write, cancellationToken)
        : WriteAndStandInAsync(key, value, write, condition, cancellationToken);

    private ValueTask<WriteResult<T>> SetAsync<T>(string key, T value, EntryWrite write, CancellationToken cancellationToken)
    {
        var frame = NewFrame(Encode(value), write, tagStamp: 0, []);
        return SetAsync(key, value, write, SetCommand(key, frame, condition: default, returnsPrevious: false), frame.WriteId, cancellationToken);
    }

    private async ValueTask<WriteResult<T>> SetTaggedAsync<T>(string key, T value, EntryWrite write, CancellationToken cancellationToken)
    {
        EntryFrame frame;
        try
        {
            frame = await FrameAsync(Encode(value), write, cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception) when (IsOutage(exception))
        {
            DeferSet(key, value, write, exception);
            return new WriteResult<T>(NewVersion(), default);
        }

        return await SetAsync(key, value, write, SetCommand(key, frame, condition: default, returnsPrevious: false), frame.WriteId, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<WriteResult<T>> WriteAndStandInAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        var pending = _pending.Mark(key);
        var result = await WriteAsync<T>(key, Encode(value), write, condition, cancellationToken).ConfigureAwait(false);
        if (result.Version != 0)
        {
            _pending.Supersede(key, pending);
            StandInWhileSettling(key, value, write);
        }

        return result;
    }

    public override async ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken)
    {
        var isOwn = IsOwn(key);
        if (condition.Kind == WriteConditionKind.None)
        {
            // Before, because the removal shows before it has returned, and after: nobody who reads from now on may join a load that began before.
            Forget(key);
            try
            {
                return await RemoveManyAsync([key], cancellationToken).ConfigureAwait(false) > 0 || isOwn;
            }
            catch (CacheException exception) when (IsOutage(exception))
            {
                Defer("remove", key, exception);
                return isOwn;
            }
            finally
            {
                Forget(key);
                _recent?.AddKey(key);
            }
        }

        for (var attempt = 0; !isOwn; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false);
            if (!condition.Holds(state.Entry.Version))
            {
                return false;
            }

            Forget(key);
            if (!state.Exists || await CommitAsync(key, state, frame: null, cancellationToken).ConfigureAwait(false))
            {
                return state.Lives;
            }
        }

        return _local!.Engine.Remove(key, condition);
    }

    public override ValueTask<bool> MarkStaleAsync(string key, CancellationToken cancellationToken) =>
        IsOwn(key) ? new(_local!.Engine.MarkStale(key)) : PatchAsync(key, static (frame, _) => frame with { IsStale = true }, timeToLiveMs: null, cancellationToken);

    public override ValueTask<bool> ExpireAsync(string key, long timeToLiveMs, CancellationToken cancellationToken) =>
        IsOwn(key) ? new(_local!.Engine.Expire(key, timeToLiveMs)) : PatchAsync(
            key,
            (frame, now) =>
            {
                var expiresAt = CacheClock.After(now, timeToLiveMs);
                return frame with { ExpiresAt = expiresAt, CapAt = expiresAt, SlidingMs = 0, RefreshAt = EntryWrite.Never };
            },
            timeToLiveMs,
            cancellationToken);

    public override ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken) =>
        GetTimeToLiveAsync(key, CacheTiers.All, cancellationToken);

    public override async ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CacheTiers tiers, CancellationToken cancellationToken) =>
        _local is not null && tiers != CacheTiers.Shared && _local.TryGet(key, ReadIntent.Peek, out var hit) ? hit.TimeToLive
        : (await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false)).Entry.TimeToLive(UtcNowMs);

    public override async ValueTask DisposeAsync()
    {
        _pending.Dispose();
        _client.Feed?.Remove(this);
        Connections.Pulse.Remove(Tick);
        _local?.Dispose();
        _standIns?.Dispose();
        if (_ownsClient)
        {
            await _client.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static long NewVersion() => Random.Shared.NextInt64(1, long.MaxValue);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<WriteResult<T>> SetAsync<T>(string key, T value, EntryWrite write, RedisCommand command, long version, CancellationToken cancellationToken)
    {
        var (isDone, isDeferred) = (false, false);
        var pending = _pending.Mark(key);
        try
        {
            var node = RedisTelemetry.IsOn ? null : _client.TrySend(command, CommandKind.IdempotentWrite, cancellationToken);
            var reply = node is null ? await _client.SendAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false) : await command.Reply.ConfigureAwait(false);
            if (reply.IsError)
            {
                using var final = node is null ? reply : await _client.RecoverAsync(command, node, reply, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
                Defer("set", key, final);
                isDeferred = final.IsError;
            }

            isDone = !isDeferred;
        }
        finally
        {
            command.Dispose();
            Changed(key, isDone);
        }

        if (isDeferred)
        {
            _standIns?.Keep(key, Kept(value), write);
        }
        else
        {
            _pending.Supersede(key, pending);
            StandInWhileSettling(key, value, write);
        }

        if (_capacity is not null)
        {
            await MakeRoomAsync(key).ConfigureAwait(false);
        }

        return new WriteResult<T>(version, default);
    }

    private async ValueTask<WriteResult<T>> WriteAsync<T>(string key, StoredValue value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (condition.Kind != WriteConditionKind.None || write.ReturnsPrevious)
        {
            await UntilSettledAsync(cancellationToken).ConfigureAwait(false);
        }

        var frame = await FrameAsync(value, write, cancellationToken).ConfigureAwait(false);
        if (condition.Kind is WriteConditionKind.None or WriteConditionKind.Absent)
        {
            var isAdd = condition.Kind == WriteConditionKind.Absent;
            var returnsPrevious = isAdd || write.ReturnsPrevious;
            using var command = SetCommand(key, frame, isAdd ? "NX"u8 : default, returnsPrevious);
            using var reply = await SendWriteAsync(key, command, returnsPrevious ? CommandKind.Write : CommandKind.IdempotentWrite, isAdd, cancellationToken).ConfigureAwait(false);

            // Nothing was there, or what was there does not matter.
            if (reply.IsNull || reply.Type == RespType.SimpleString)
            {
                await MakeRoomAsync(key).ConfigureAwait(false);
                return new WriteResult<T>(frame.WriteId, default);
            }

            var before = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);
            if (!isAdd)
            {
                await MakeRoomAsync(key).ConfigureAwait(false);
                return new WriteResult<T>(frame.WriteId, Result<T>(before.Entry, ReadIntent.Peek));
            }

            if (before.Lives)
            {
                return new WriteResult<T>(0, default);
            }
        }

        return await CompareAndWriteAsync<T>(key, frame, write.ReturnsPrevious, condition, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a write, and forgets what it has changed, or may have.</summary>
    private async ValueTask<Reply> SendWriteAsync(string key, RedisCommand command, CommandKind kind, bool isAdd, CancellationToken cancellationToken)
    {
        Reply? reply = null;
        try
        {
            reply = await _client.SendAsync(command, kind, cancellationToken).ConfigureAwait(false);
            return reply.Value;
        }
        finally
        {
            if (!isAdd || reply is null or { IsNull: true } or { IsError: true })
            {
                Changed(key, isDone: reply is { IsError: false });
            }
        }
    }

    private async ValueTask<WriteResult<T>> CompareAndWriteAsync<T>(string key, EntryFrame frame, bool returnsPrevious, WriteCondition condition, CancellationToken cancellationToken)
    {
        await _pending.SettleAsync(key, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = returnsPrevious
                ? await ReadWholeAsync(key, cancellationToken).ConfigureAwait(false)
                : await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false);
            if (!condition.Holds(state.Entry.Version))
            {
                // What the caller read may have been a copy that is older than this.
                DropCopy(key);
                return new WriteResult<T>(0, default);
            }

            Forget(key);
            if (await CommitAsync(key, state, frame, cancellationToken).ConfigureAwait(false))
            {
                return new WriteResult<T>(frame.WriteId, returnsPrevious ? Result<T>(state.Entry, ReadIntent.Peek) : default);
            }
        }
    }

    private CacheResult<T> Result<T>(StoredState state, ReadIntent intent) => state.Result<T>(intent, UtcNowMs, _settings.Serializers);

    private StoredValue Encode<T>(T value) => Payload.Write(value, _settings.Serializers);

    /// <summary>Makes what memory holds of a value.</summary>
    private object? Kept<T>(T value) => _settings.Copies.Keep(value);

    private async ValueTask<EntryFrame> FrameAsync(StoredValue value, EntryWrite write, CancellationToken cancellationToken)
    {
        if (write.Tags is null)
        {
            return NewFrame(value, write, tagStamp: 0, []);
        }

        await _pending.SettleTagsAsync(write.Tags, cancellationToken).ConfigureAwait(false);
        var life = CacheClock.After(write.TimeToLiveMs, write.MaxStaleMs);
        var (tags, clock) = await _tags.ResolveAsync(write.Tags, life, cancellationToken).ConfigureAwait(false);
        return NewFrame(value, write, clock, tags);
    }

    private EntryFrame NewFrame(StoredValue value, in EntryWrite write, long tagStamp, FrameTag[] tags)
    {
        (value, var length) = Compression.Shrink(value, write.SkipsCompression ? null : _settings.CompressionThreshold);
        return value.Payload.Length <= _settings.MaxValueBytes
            ? StoredState.NewFrame(value, write, UtcNowMs, tagStamp, tags) with { UncompressedLength = length }
            : throw new CacheException($"The value is {value.Payload.Length:N0} bytes long; the limit, MaxValueBytes, is {_settings.MaxValueBytes:N0}.");
    }

    private void CountBad(string key, string problem) => _settings.Diagnostics.BadEntry(key, problem);
}
