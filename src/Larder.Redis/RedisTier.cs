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

    public RedisTier(RedisClient client, RedisTierSettings settings)
        : this(client, settings, settings.Prefix + Keys.KeySpace.Separator, new RedisTags(client, settings.Prefix), ownsClient: true)
    {
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
    }

    public override string Description => _client.Topology.Description;

    public override CacheTier Records => _records.Value;

    public override bool IsStrict => _settings.Strict;

    public override long TagClock => _tags.LocalInvalidations;

    private long UtcNowMs => _settings.Clock.Provider.GetUtcNow().ToUnixTimeMilliseconds();

    public override ValueTask StartAsync(CancellationToken cancellationToken) => _settings.ConnectOnStart ? _client.ConnectAsync(cancellationToken) : default;

    public override async ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("GET"u8, 1).AddKey(_prefixBytes, key);
        var reply = await _client.SendAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        using (reply)
        {
            _client.Topology.Find(command.Key, CommandKind.Read).Note(command, reply.Span.Length);
            var state = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);
            if (intent == ReadIntent.Get && state is { Lives: true, Entry.Frame.SlidingMs: > 0 })
            {
                state = state with { Entry = state.Entry with { Frame = await ProlongAsync(key, state.Entry.Frame, cancellationToken).ConfigureAwait(false) } };
            }

            return Result<T>(state.Entry, intent);
        }
    }

    public override async ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        var frame = await FrameAsync(Encode(value), write, cancellationToken).ConfigureAwait(false);
        VoidFills(key);
        if (condition.Kind is WriteConditionKind.None or WriteConditionKind.Absent)
        {
            var isAdd = condition.Kind == WriteConditionKind.Absent;
            using var command = SetCommand(key, frame, isAdd ? "NX"u8 : default, returnsPrevious: isAdd || write.ReturnsPrevious);
            var reply = await _client.SendAsync(command, isAdd || write.ReturnsPrevious ? CommandKind.Write : CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
            using (reply)
            {
                // Nothing was there, or what was there does not matter.
                if (reply.IsNull || reply.Type == RespType.SimpleString)
                {
                    return new WriteResult<T>(frame.WriteId, default);
                }

                var before = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);
                if (!isAdd)
                {
                    return new WriteResult<T>(frame.WriteId, Result<T>(before.Entry, ReadIntent.Peek));
                }

                if (before.Lives)
                {
                    return new WriteResult<T>(0, default);
                }
            }
        }

        return await CompareAndWriteAsync<T>(key, frame, write.ReturnsPrevious, condition, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken)
    {
        VoidFills(key);
        if (condition.Kind is WriteConditionKind.None or WriteConditionKind.Present)
        {
            return (await RemoveManyAsync([key], cancellationToken).ConfigureAwait(false)) > 0;
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

    public override async ValueTask<long> IncrementAsync(string key, long by, EntryWrite write, CancellationToken cancellationToken)
    {
        var first = await FrameAsync(Encode(by), write, cancellationToken).ConfigureAwait(false);
        VoidFills(key);
        if (await TryIncrementAsync(key, by, first, cancellationToken).ConfigureAwait(false) is { } counted)
        {
            return counted;
        }

        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await ReadWholeAsync(key, cancellationToken).ConfigureAwait(false);
            var (sum, frame) = (by, first);
            if (state.Lives)
            {
                if (!Payload.TryRead<long>(state.Entry.Frame.Value, _settings.Serializer, out var before) || state.Entry.Frame.Value.Format is not (PayloadFormat.Integer or PayloadFormat.Foreign))
                {
                    throw new CacheTypeException($"The entry '{key}' does not hold an integer, and cannot be incremented.");
                }

                sum = checked(before + by);
                var version = NewVersion();
                frame = state.Entry.Frame with { Value = Payload.Write(sum, _settings.Serializer), WriteId = version, Revision = version };
            }

            VoidFills(key);
            if (await CommitAsync(key, state, frame, cancellationToken).ConfigureAwait(false))
            {
                return sum;
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_ownsClient)
        {
            await _client.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static long NewVersion() => Random.Shared.NextInt64(1, long.MaxValue);

    private async ValueTask<WriteResult<T>> CompareAndWriteAsync<T>(string key, EntryFrame frame, bool returnsPrevious, WriteCondition condition, CancellationToken cancellationToken)
    {
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

    private async ValueTask<long?> TryIncrementAsync(string key, long by, EntryFrame first, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.Increment, 1, 5).AddKey(_prefixBytes, key).Add(by).Add(UtcNowMs);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(command.AddBlank(sizeof(long)), first.Revision);
        AddFrame(command, key, first);
        command.Add(HeldMs(first));
        using var reply = await _client.ExecuteAsync(command, RedisScript.Increment, CommandKind.Write, cancellationToken).ConfigureAwait(false);
        return System.Buffers.Text.Utf8Parser.TryParse(reply.Span, out long sum, out _) ? sum : null;
    }

    private CacheResult<T> Result<T>(StoredState state, ReadIntent intent) => state.Result<T>(intent, UtcNowMs, _settings.Serializer);

    private StoredValue Encode<T>(T value) => Payload.Write(value, _settings.Serializer);

    private async ValueTask<EntryFrame> FrameAsync(StoredValue value, EntryWrite write, CancellationToken cancellationToken)
    {
        (value, var length) = Compression.Shrink(value, _settings.CompressionThreshold);
        if (value.Payload.Length > _settings.MaxValueBytes)
        {
            throw new CacheException($"The value is {value.Payload.Length:N0} bytes long; the limit, MaxValueBytes, is {_settings.MaxValueBytes:N0}.");
        }

        if (write.Tags is null)
        {
            return StoredState.NewFrame(value, write, UtcNowMs, tagStamp: 0, []) with { UncompressedLength = length };
        }

        var (tags, clock) = await _tags.ResolveAsync(write.Tags, cancellationToken).ConfigureAwait(false);
        return StoredState.NewFrame(value, write, UtcNowMs, clock, tags) with { UncompressedLength = length };
    }

    private void CountBad(string key, string problem)
    {
        _settings.Diagnostics.Counters.Increment(Counter.BadEntries);
        Diagnostics.Log.BadEntry(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, key, problem);
    }
}
