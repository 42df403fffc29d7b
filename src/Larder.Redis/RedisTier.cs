using System.Runtime.CompilerServices;
using System.Text;
using Larder.Diagnostics;
using Larder.Redis.Protocol;
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
internal sealed partial class RedisTier : CacheTier
{
    /// <summary>How long a lease outlives a process that died with it.</summary>
    private const long LeaseMs = 60_000;

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
    private readonly RedisCapacity? _capacity;

    public RedisTier(RedisClient client, RedisTierSettings settings)
        : this(client, settings, settings.Prefix + Keys.KeySpace.Separator, new RedisTags(client, settings.Prefix), ownsClient: true)
    {
        _capacity = settings.MaxEntries is { } maxEntries ? new RedisCapacity(client, settings.Prefix, maxEntries) : null;
        _records = new Lazy<RedisTier>(() => new RedisTier(client, settings, settings.Prefix + "!record:", _tags, ownsClient: false));
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
        _records = new Lazy<RedisTier>(this);
        _locks = new Locking.RedisLocks(client, settings.Prefix, settings.Locks);
        _pending = new PendingInvalidations(
            async (key, token) => await RemoveManyAsync([key], token).ConfigureAwait(false),
            async (tag, isLazy, token) => await _tags.InvalidateAsync(tag, isLazy, token).ConfigureAwait(false),
            settings.Diagnostics,
            settings.Clock.Provider);
    }

    public override string Description => _client.Topology.Description;

    public override CacheTier Records => _records.Value;

    public override bool OutlivesProcess => true;

    public override LockStore Locks => _locks;

    public override bool IsStrict => _settings.IsStrict;

    public override long TagClock => _tags.LocalInvalidations;

    private long UtcNowMs => _settings.Clock.Provider.GetUtcNow().ToUnixTimeMilliseconds();

    public override ValueTask StartAsync(CancellationToken cancellationToken) => _settings.ConnectOnStart ? _client.ConnectAsync(cancellationToken) : default;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken)
    {
        if (_pending.HasKey(key))
        {
            return default;
        }

        using var command = RedisCommand.Rent("GET"u8, 1).AddKey(_prefixBytes, key);
        var node = _client.TrySend(command, CommandKind.Read, cancellationToken);
        var reply = node is null ? await _client.SendAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false) : await command.Reply.ConfigureAwait(false);
        if (reply.IsError && node is not null)
        {
            reply = await _client.RecoverAsync(command, node, reply, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        }

        using (reply)
        {
            node?.Note(command, reply.Span.Length);
            if (!TryFinish<T>(key, reply, intent, out var result))
            {
                result = await FinishAsync<T>(key, reply, intent, cancellationToken).ConfigureAwait(false);
            }

            if (result.HasValue && intent == ReadIntent.Get)
            {
                _capacity?.Use(key);
            }

            return result;
        }
    }

    public override ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (condition.Kind != WriteConditionKind.None || write.ReturnsPrevious || write.Tags is not null)
        {
            return WriteAsync<T>(key, Encode(value), write, condition, cancellationToken);
        }

        var frame = NewFrame(Encode(value), write, tagStamp: 0, []);
        return SetAsync<T>(key, SetCommand(key, frame, condition: default, returnsPrevious: false), frame.WriteId, cancellationToken);
    }

    public override async ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (condition.Kind == WriteConditionKind.None)
        {
            // Before, because the removal shows before it has returned, and after: nobody who reads from now on may join a load that began before.
            VoidFills(key);
            try
            {
                return await RemoveManyAsync([key], cancellationToken).ConfigureAwait(false) > 0;
            }
            catch (CacheException exception) when (IsOutage(exception))
            {
                Defer("remove", key, exception);
                return false;
            }
            finally
            {
                VoidFills(key);
            }
        }

        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false);
            if (!condition.Holds(state.Entry.Version))
            {
                return false;
            }

            VoidFills(key);
            if (!state.Exists || await CommitAsync(key, state, frame: null, cancellationToken).ConfigureAwait(false))
            {
                return state.Lives;
            }
        }
    }

    public override ValueTask<bool> MarkStaleAsync(string key, CancellationToken cancellationToken) =>
        PatchAsync(key, static (frame, _) => frame with { IsStale = true }, timeToLiveMs: null, cancellationToken);

    public override ValueTask<bool> ExpireAsync(string key, long timeToLiveMs, CancellationToken cancellationToken) =>
        PatchAsync(
            key,
            (frame, now) =>
            {
                var expiresAt = CacheClock.After(now, timeToLiveMs);
                return frame with { ExpiresAt = expiresAt, CapAt = expiresAt, SlidingMs = 0, RefreshAt = EntryWrite.Never };
            },
            timeToLiveMs,
            cancellationToken);

    public override async ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken) =>
        (await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false)).Entry.TimeToLive(UtcNowMs);

    public override async ValueTask DisposeAsync()
    {
        _pending.Dispose();
        if (_ownsClient)
        {
            await _client.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static long NewVersion() => Random.Shared.NextInt64(1, long.MaxValue);

    /// <summary>Reads what most replies are: nothing, or an entry without tags and without a sliding life, for which no more need be asked.</summary>
    private bool TryFinish<T>(string key, Reply reply, ReadIntent intent, out CacheResult<T> result)
    {
        result = default;
        if (reply.IsNull)
        {
            return true;
        }

        if (reply.Span is not [EntryFrame.Magic, ..]
            || !EntryFrame.TryParse(HashOf(key), reply.Memory, out var frame, out _)
            || !Compression.TryExpand(ref frame, out _)
            || frame.Tags.Length > 0
            || (frame.SlidingMs > 0 && intent == ReadIntent.Get))
        {
            return false;
        }

        var now = UtcNowMs;
        result = StoredState.Of(frame, frame.Revision, now).Result<T>(intent, now, _settings.Serializer);
        return true;
    }

    private async ValueTask<CacheResult<T>> FinishAsync<T>(string key, Reply reply, ReadIntent intent, CancellationToken cancellationToken)
    {
        var state = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);
        if (intent == ReadIntent.Get && state is { Lives: true, Entry.Frame.SlidingMs: > 0 })
        {
            state = state with { Entry = state.Entry with { Frame = await ProlongAsync(key, state.Entry.Frame, cancellationToken).ConfigureAwait(false) } };
        }

        return Result<T>(state.Entry, intent);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<WriteResult<T>> SetAsync<T>(string key, RedisCommand command, long version, CancellationToken cancellationToken)
    {
        using (command)
        {
            var node = _client.TrySend(command, CommandKind.IdempotentWrite, cancellationToken);
            var reply = node is null ? await _client.SendAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false) : await command.Reply.ConfigureAwait(false);
            if (reply.IsError)
            {
                using var final = node is null ? reply : await _client.RecoverAsync(command, node, reply, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
                Defer("set", key, final);
            }
        }

        VoidFills(key);
        if (_capacity is not null)
        {
            await MakeRoomAsync(key).ConfigureAwait(false);
        }

        return new WriteResult<T>(version, default);
    }

    private async ValueTask<WriteResult<T>> WriteAsync<T>(string key, StoredValue value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        var frame = await FrameAsync(value, write, cancellationToken).ConfigureAwait(false);
        if (condition.Kind is WriteConditionKind.None or WriteConditionKind.Absent)
        {
            var isAdd = condition.Kind == WriteConditionKind.Absent;
            var returnsPrevious = isAdd || write.ReturnsPrevious;
            using var command = SetCommand(key, frame, isAdd ? "NX"u8 : default, returnsPrevious);
            using var reply = await _client.SendAsync(command, returnsPrevious ? CommandKind.Write : CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);

            // Nothing was there, or what was there does not matter.
            if (reply.IsNull || reply.Type == RespType.SimpleString)
            {
                VoidFills(key);
                await MakeRoomAsync(key).ConfigureAwait(false);
                return new WriteResult<T>(frame.WriteId, default);
            }

            var before = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);
            if (!isAdd)
            {
                VoidFills(key);
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
                return new WriteResult<T>(0, default);
            }

            VoidFills(key);
            if (await CommitAsync(key, state, frame, cancellationToken).ConfigureAwait(false))
            {
                return new WriteResult<T>(frame.WriteId, returnsPrevious ? Result<T>(state.Entry, ReadIntent.Peek) : default);
            }
        }
    }

    private CacheResult<T> Result<T>(StoredState state, ReadIntent intent) => state.Result<T>(intent, UtcNowMs, _settings.Serializer);

    private StoredValue Encode<T>(T value) => Payload.Write(value, _settings.Serializer);

    private async ValueTask<EntryFrame> FrameAsync(StoredValue value, EntryWrite write, CancellationToken cancellationToken)
    {
        if (write.Tags is null)
        {
            return NewFrame(value, write, tagStamp: 0, []);
        }

        var (tags, clock) = await _tags.ResolveAsync(write.Tags, cancellationToken).ConfigureAwait(false);
        return NewFrame(value, write, clock, tags);
    }

    private EntryFrame NewFrame(StoredValue value, in EntryWrite write, long tagStamp, FrameTag[] tags)
    {
        (value, var length) = Compression.Shrink(value, _settings.CompressionThreshold);
        return value.Payload.Length <= _settings.MaxValueBytes
            ? StoredState.NewFrame(value, write, UtcNowMs, tagStamp, tags) with { UncompressedLength = length }
            : throw new CacheException($"The value is {value.Payload.Length:N0} bytes long; the limit, MaxValueBytes, is {_settings.MaxValueBytes:N0}.");
    }

    private void CountBad(string key, string problem)
    {
        _settings.Diagnostics.Counters.Increment(Counter.BadEntries);
        Diagnostics.Log.BadEntry(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, key, problem);
    }
}
