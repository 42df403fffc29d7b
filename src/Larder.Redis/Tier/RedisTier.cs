using System.Collections.Concurrent;
using System.Text;
using Larder.Diagnostics;
using Larder.Memory;
using Larder.Redis.Commands;
using Larder.Redis.Strict;
using Larder.Redis.Tracking;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

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
    private readonly RateLimiting.RedisRates _rates;
    private readonly RedisCapacity? _capacity;
    private readonly CopyStore? _local;
    private readonly StandIns? _standIns;
    private readonly RecentInvalidations? _recent;
    private readonly ChangeChannel? _channel;
    private readonly StrictCoherence? _strict;
    private readonly KeyWatches? _watches;
    private readonly long _joinedForMs;
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
        _joinedForMs = trust is null || _strict is not null ? 0 : (long)client.Feed!.TrustPeriod.TotalMilliseconds;
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
        _rates = new RateLimiting.RedisRates(client, settings.Prefix, settings.Locks.NowMs);
        _pending = new PendingInvalidations(
            async (key, token) => await UnlinkAsync([key], token).ConfigureAwait(false),
            async (tag, isLazy, token) => await _tags.InvalidateAsync(tag, isLazy, token).ConfigureAwait(false),
            async (filter, isMeant, token) => await RemoveMatchingAsync(filter, isMeant, progress: null, token).ConfigureAwait(false),
            settings.Diagnostics,
            settings.Clock.Provider);
    }

    public override string Description => _client.Topology.Description;

    public RedisClient Client => _client;

    /// <summary>Finds the tier that is in Redis, also below one that is strict.</summary>
    public static RedisTier? Of(CacheTier? tier) => tier as RedisTier ?? (tier as StrictTier)?.Inner;

    /// <summary>Gets what all keys of a cache begin with, for those who want to hear of all that changes.</summary>
    public static IReadOnlyList<string> KeyPrefixes(string prefix) => [prefix + Keys.KeySpace.Separator, prefix + "!", RedisTags.KeyPrefix(prefix)];

    public override CacheTier Records => _records.Value;

    public override bool OutlivesProcess => true;

    public override LockStore Locks => _locks;

    public override IntentStore Intents => _intents;

    public override RateStore Rates => _rates;

    public override bool IsStrict => _settings.IsStrict;

    public override long TagClock => _tags.LocalInvalidations;

    private long UtcNowMs => _settings.Clock.Provider.GetUtcNow().ToUnixTimeMilliseconds();

    public override ValueTask StartAsync(CancellationToken cancellationToken) => _settings.ConnectOnStart ? _client.ConnectAsync(cancellationToken) : default;

    public override ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken) =>
        ReadAsync<T>(key, intent, CacheTiers.All, cancellationToken);

    public override ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CacheTiers tiers, CancellationToken cancellationToken) =>
        ReadAsync<T>(key, intent, tiers, SharedRead.None, cancellationToken);

    public override ValueTask<CacheResult<T>> ReadForCallerAsync<T>(
        string key, ReadIntent intent, CacheTiers tiers, bool counts, CacheDiagnostics diagnostics, CancellationToken cancellationToken) =>
        ReadAsync<T>(key, intent, tiers, SharedRead.ForCaller | (counts ? SharedRead.Counts : 0), cancellationToken);

    private ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CacheTiers tiers, SharedRead how, CancellationToken cancellationToken) => tiers switch
    {
        CacheTiers.Shared => ReadSharedAsync<T>(key, intent, how, cancellationToken),
        CacheTiers.Memory => new ValueTask<CacheResult<T>>(Counted(ReadOwn<T>(key, intent), how)),
        _ when _local is null => ReadSharedAsync<T>(key, intent, how, cancellationToken),
        _ when _local.TryGet(key, intent, out var hit) && Typed.Result<T>(hit) is { HasValue: true } result => new ValueTask<CacheResult<T>>(Counted(result, how)),
        _ when intent == ReadIntent.GetOrCreate && TryStandIn<T>(key, out _) => ReadBesideStandInAsync<T>(key, intent, how, cancellationToken),
        _ => ReadSharedAsync<T>(key, intent, how | SharedRead.KeepsCopy, cancellationToken),
    };

    public override ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken) => condition.Kind == WriteConditionKind.None
        ? RemoveAsync(key, isDrop: false, cancellationToken)
        : RemoveIfAsync(key, condition, cancellationToken);

    public override ValueTask<bool> DropAsync(string key, CancellationToken cancellationToken) => RemoveAsync(key, isDrop: true, cancellationToken);

    private async ValueTask<bool> RemoveAsync(string key, bool isDrop, CancellationToken cancellationToken)
    {
        var isOwn = IsOwn(key);

        // Before, because the removal shows before it has returned, and after: nobody who reads from now on may join a load that began before.
        Forget(key);
        try
        {
            return await (isDrop ? UnlinkAsync([key], cancellationToken) : RemoveManyAsync([key], cancellationToken)).ConfigureAwait(false) > 0 || isOwn;
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

    private async ValueTask<bool> RemoveIfAsync(string key, WriteCondition condition, CancellationToken cancellationToken)
    {
        for (var attempt = 0; !IsOwn(key); attempt++)
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
            if (_records.IsValueCreated)
            {
                await _records.Value.DisposeAsync().ConfigureAwait(false);
            }

            await _client.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static long NewVersion() => Random.Shared.NextInt64(1, long.MaxValue);

    private CacheResult<T> Result<T>(StoredState state, ReadIntent intent) => state.Result<T>(intent, UtcNowMs, _settings.Serializers);

    private StoredValue Encode<T>(T value) => Payload.Write(value, _settings.Serializers);

    /// <summary>Makes what memory holds of a value.</summary>
    private object? Kept<T>(T value) => _settings.Copies.Keep(value);

    private void CountBad(string key, string problem) => _settings.Diagnostics.BadEntry(key, problem);
}
