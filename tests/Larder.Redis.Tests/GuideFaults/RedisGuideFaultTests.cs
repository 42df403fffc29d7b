using System.Diagnostics;
using System.Globalization;
using System.Net;
using Larder.Diagnostics;
using Larder.Hosting;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Larder.Redis.Topology;
using Larder.Serialization;
using Larder.Tiers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Redis.Tests.GuideFaults;

/// <summary>
/// The faults of docs/reference/guides.md that concern a server, each in a test whose name begins with its number. What a fault is in one process is tested
/// there; 34, 35, 36, 41 and 44 (eviction, delayed invalidation, resets of counters, misses of several kinds, growth of memory) only occur there.
/// </summary>
[Trait("Category", "Slow")]
public sealed class RedisGuideFaultTests(SharedServers servers) : IAsyncLifetime
{
    /// <summary>By how much the time that entries are stamped with may lie behind.</summary>
    private const int CoarseMs = 50;

    private readonly string _prefix = $"seed-{Guid.NewGuid():N}";
    private RedisServer _server = null!;
    private ICache _cache = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await servers.Standalone.GetAsync();
        _cache = CacheAt(_server.Port, _prefix);
    }

    public async ValueTask DisposeAsync()
    {
        await _cache.ClearAsync();
        await _cache.DisposeAsync();
    }

    [Fact]
    [Ledger(103, 106)]
    [LedgerFault(25, 38)]
    public async Task Fault_25_and_38_neither_the_whole_server_is_searched_nor_flushed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = CacheAt(server.Port, "mine");
        await server.CommandAsync("SET", "mine", "of another program");
        await server.CommandAsync("SET", "mineral:1", "of another cache");
        await cache.SetManyAsync(Enumerable.Range(0, 3000).Select(i => KeyValuePair.Create($"key:{i}", i)), new CacheEntryOptions { Tags = ["tag"] });

        await cache.RemoveByPatternAsync("key:1*");
        await cache.RemoveByTagAsync("tag");
        await cache.ClearAsync();

        var statistics = (string)(await server.CommandAsync("INFO", "commandstats"))!;
        Assert.DoesNotContain("cmdstat_keys", statistics, StringComparison.Ordinal);
        Assert.DoesNotContain("cmdstat_flush", statistics, StringComparison.Ordinal);
        Assert.Equal("of another program", await server.CommandAsync("GET", "mine"));
        Assert.Equal("of another cache", await server.CommandAsync("GET", "mineral:1"));
        Assert.Equal(0, await cache.CountAsync());
    }

    [Fact]
    [LedgerFault(32)]
    public async Task Fault_32_what_a_pattern_removes_is_gone_from_the_server()
    {
        var users = _cache.WithPrefix("user:");
        await users.SetAsync("1", "a");
        await users.SetAsync("2", "b");
        await _cache.SetAsync("other", "c");

        Assert.Equal(2, await users.RemoveByPatternAsync("*"));

        Assert.Equal([$"{_prefix}:other"], await KeysOfServerAsync());
    }

    [Fact]
    [Ledger(103)]
    [LedgerFault(33)]
    public async Task Fault_33_a_scan_of_many_pages_comes_to_its_end()
    {
        const int count = 100_000;
        for (var i = 0; i < count; i += 10_000)
        {
            await _cache.SetManyAsync(Enumerable.Range(i, 10_000).Select(key => KeyValuePair.Create($"many:{key}", key)));
        }

        var seen = new HashSet<string>();
        await foreach (var key in _cache.KeysAsync("many:*"))
        {
            seen.Add(key);
        }

        Assert.Equal(count, seen.Count);
        Assert.Equal(count, await _cache.RemoveByPatternAsync("many:*"));
        Assert.Equal(0, await _cache.CountAsync());
    }

    [Fact]
    [Ledger(169, 181)]
    [LedgerFault(37)]
    public async Task Fault_37_what_the_server_could_not_answer_is_counted_as_an_error_of_it()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = CacheAt(server.Port, "errors");
        await cache.SetAsync("key", 1);
        await server.KillAsync();

        await cache.GetAsync<int>("key");
        await cache.SetAsync("key", 2);
        await Assert.ThrowsAnyAsync<CacheException>(() => cache.IncrementAsync("key").AsTask());

        var snapshot = cache.Statistics.Snapshot();
        Assert.True(snapshot.TierErrors >= 2);
        Assert.Equal(1, snapshot.DeferredInvalidations);
    }

    [Fact]
    [Ledger(43)]
    [LedgerFault(39)]
    public async Task Fault_39_times_to_live_are_said_to_the_millisecond_and_never_is_never()
    {
        var before = DateTimeOffset.UtcNow;
        await _cache.SetAsync("half", 1, TimeSpan.FromMilliseconds(59_500));
        var after = DateTimeOffset.UtcNow;
        await _cache.SetAsync("never", 1, CacheTtl.Never);

        // By the moment of the end, which no standstill of the machine moves.
        var end = (long)(await _server.CommandAsync("PEXPIRETIME", $"{_prefix}:half"))!;
        Assert.InRange(end, before.ToUnixTimeMilliseconds() + 59_500, after.ToUnixTimeMilliseconds() + 59_501);
        Assert.Equal(-1L, await _server.CommandAsync("PTTL", $"{_prefix}:never"));
        var remaining = (await _cache.GetTimeToLiveAsync("half")).Remaining!.Value.TotalMilliseconds;
        Assert.InRange(remaining, 59_500 - (DateTimeOffset.UtcNow - before).TotalMilliseconds - CoarseMs, 59_500);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _cache.SetAsync("zero", 1, TimeSpan.Zero).AsTask());
    }

    [Fact]
    [Ledger(170, 174)]
    [LedgerFault(40)]
    public async Task Fault_40_a_cache_is_made_while_the_server_is_down_serves_and_recovers()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        await using var cache = CacheAt(server.Port, "down");

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(i, await cache.GetOrCreateAsync($"row:{i}", _ => new ValueTask<int>(i)));
        }

        await server.RestartAsync();
        await Deadline.TrueAsync(async () =>
        {
            await cache.GetOrCreateAsync("back", _ => new ValueTask<int>(7));
            return await server.CommandAsync("EXISTS", "down:back") is 1L;
        });
    }

    [Fact]
    [Ledger(171)]
    [LedgerFault(40)]
    public async Task Fault_40_while_the_server_stands_still_callers_do_not_wait_for_it_each_time()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = CacheAt(server.Port, "still", TimeSpan.FromMilliseconds(500));
        await cache.SetAsync("key", 1);
        server.Pause();
        var start = Stopwatch.GetTimestamp();

        var calls = 0;
        for (; calls < 200; calls++)
        {
            Assert.Equal(calls, await cache.GetOrCreateAsync($"row:{calls}", _ => new ValueTask<int>(calls)));
        }

        var taken = Stopwatch.GetElapsedTime(start);
        server.Resume();
        Assert.True(taken < TimeSpan.FromSeconds(10), $"{calls} calls took {taken}");
    }

    [Theory]
    [Ledger(102)]
    [LedgerFault(42)]
    [InlineData("user:*:x*")]
    [InlineData("*")]
    [InlineData("a?c")]
    [InlineData("[ab]*")]
    [InlineData("[^a]*")]
    [InlineData("[a-c]?")]
    [InlineData("\\*")]
    [InlineData("*\\?*")]
    [InlineData("*b*c*")]
    [InlineData("é*")]
    public async Task Fault_42_patterns_mean_what_they_mean_to_the_server(string pattern)
    {
        string[] keys = ["a", "b", "ab", "abc", "a*c", "*", "?", "a?", "user:1:x1", "user:2:y", "user:1:", "c-", "[x]", "éa", "b\\c"];
        await _cache.SetManyAsync(keys.Select(key => KeyValuePair.Create(key, 1)));
        foreach (var key in keys)
        {
            await _server.CommandAsync("SET", $"{_prefix}plain:{key}", "1");
        }

        var byServer = (await _server.ListAsync("KEYS", $"{_prefix}plain:{pattern}")).Select(key => ((string)key!)[$"{_prefix}plain:".Length..]).Order(StringComparer.Ordinal);
        var byCache = new List<string>();
        await foreach (var key in _cache.KeysAsync(pattern))
        {
            byCache.Add(key);
        }

        Assert.Equal(byServer, byCache.Order(StringComparer.Ordinal));
        await _server.CommandAsync(["DEL", .. keys.Select(key => $"{_prefix}plain:{key}")]);
    }

    [Fact]
    [Ledger(19, 21)]
    [LedgerFault(43)]
    public async Task Fault_43_all_operations_share_their_connections()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = CacheAt(server.Port, "shared");
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(async i =>
        {
            await cache.SetAsync($"key:{i}", i);
            Assert.Equal(i, (await cache.GetAsync<int>($"key:{i}")).Value);
        }));

        var opened = long.Parse(await server.InfoAsync("total_connections_received"), CultureInfo.InvariantCulture);
        var own = ((string)(await server.CommandAsync("CLIENT", "LIST"))!).Split('\n').Count(line => line.Contains("cmd=get", StringComparison.Ordinal) || line.Contains("cmd=set", StringComparison.Ordinal));
        Assert.InRange(own, 1, 2);
        Assert.True(opened < 20, $"{opened} connections were opened");
    }

    [Fact]
    [LedgerFault(45)]
    public async Task Fault_45_clearing_takes_the_prefix_literally()
    {
        await using var starred = CacheAt(_server.Port, _prefix + "[a-z]*?");
        await using var neighbour = CacheAt(_server.Port, _prefix + "q-anything");
        await starred.SetAsync("key", 1);
        await neighbour.SetAsync("key", 2);

        Assert.Equal(1, await starred.ClearAsync());

        Assert.Equal(2, (await neighbour.GetAsync<int>("key")).Value);
        await neighbour.ClearAsync();
    }

    [Fact]
    [Ledger(49)]
    [LedgerFault(47)]
    public async Task Fault_47_bytes_are_stored_as_bytes_in_the_server()
    {
        var bytes = new byte[1024];
        new Random(47).NextBytes(bytes);

        await _cache.SetAsync("bytes", bytes);

        Assert.InRange((long)(await _server.CommandAsync("STRLEN", $"{_prefix}:bytes"))!, 1024, 1024 + 200);
        Assert.Equal(bytes, (await _cache.GetAsync<byte[]>("bytes")).Value);
    }

    [Fact]
    [Ledger(60)]
    [LedgerFault(50)]
    public async Task Fault_50_removing_more_than_255_entries_is_counted_right()
    {
        await _cache.SetManyAsync(Enumerable.Range(0, 1000).Select(i => KeyValuePair.Create($"{i}", i)));

        Assert.Equal(700, await _cache.RemoveManyAsync(Enumerable.Range(300, 1000).Select(i => $"{i}")));
        Assert.Equal(300, await _cache.ClearAsync());
    }

    private async Task<List<string>> KeysOfServerAsync() =>
        [.. (await _server.ListAsync("KEYS", $"{_prefix}:*")).Select(key => (string)key!).Where(key => !key.StartsWith($"{_prefix}:!", StringComparison.Ordinal))];

    /// <summary>Makes a cache whose limits do not depend on how busy the machine is, unless the test is about them.</summary>
    private static ICache CacheAt(int port, string prefix, TimeSpan? commandTimeout = null) =>
        CacheFactory.Create("default", new CacheOptions { SharedTier = new Factory(port, commandTimeout ?? TimeSpan.FromSeconds(20)), Prefix = prefix }, "a test");

    private sealed class Factory(int port, TimeSpan commandTimeout) : SharedTierFactory
    {
        public override CacheTier Create(string name, CacheOptions options, CacheDiagnostics diagnostics, CacheClock clock, out string reason)
        {
            reason = "a test";
            var settings = new ConnectionSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, port), Logger = NullLogger.Instance, CommandTimeout = commandTimeout, HeartbeatInterval = commandTimeout };
            var client = new RedisClient(new Standalone(new RedisNode(settings, 1 << 18)), retryCount: 2, TimeSpan.FromMilliseconds(100), TimeProvider.System);
            return new RedisTier(client, new RedisTierSettings
            {
                Prefix = CacheFactory.StorePrefix(name, options),
                Serializers = new SerializerSet(new JsonCacheSerializer()),
                Clock = clock,
                Diagnostics = diagnostics,
            });
        }
    }
}
