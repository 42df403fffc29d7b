using System.Diagnostics;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Hosting;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Redis.Tests.Leases;

/// <summary>Refreshes in the background, which several processes would begin at the same time.</summary>
public sealed class RefreshTests
{
    private static readonly CachePolicy Policy = new() { TimeToLive = TimeSpan.FromSeconds(10), EarlyRefresh = EarlyRefresh.AfterFraction(0.5) };

    [Theory]
    [Ledger(124)]
    [LedgerFault(9)]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.None)]
    public async Task Fault_09_a_key_is_refreshed_once_by_all_processes_together_and_nobody_waits(RedisLocalCopies copies)
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: copies);
        var caches = Enumerable.Range(0, 4).Select(_ => harness.CreateCache()).ToArray();
        var value = 0;
        var end = Ended();
        async ValueTask<int> LoadAsync()
        {
            var loaded = Interlocked.Increment(ref value);
            await end.Task;
            return loaded;
        }

        Task<int[]> ReadAllAsync() => Task.WhenAll(caches.SelectMany(cache => Enumerable.Range(0, 10).Select(_ => cache.GetOrCreateAsync("key", _ => LoadAsync(), Policy).AsTask())));
        Assert.All(await ReadAllAsync(), read => Assert.Equal(1, read));
        for (var round = 1; round <= 5; round++)
        {
            end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            harness.Clock.Advance(TimeSpan.FromSeconds(6));

            // The load is held: whoever waited for it would wait for ever. The lease of the last refresh may still be there; the reads after its end begin the next one.
            await Deadline.TrueAsync(
                async () =>
                {
                    Assert.All(await ReadAllAsync().WaitAsync(Deadline.Limit), read => Assert.Equal(round, read));
                    return Volatile.Read(ref value) > round;
                },
                "a refresh has begun");
            Assert.All(await ReadAllAsync().WaitAsync(Deadline.Limit), read => Assert.Equal(round, read));
            end.SetResult();
            foreach (var cache in caches)
            {
                await Deadline.TrueAsync(async () => (await cache.GetAsync<int>("key")).GetValueOrDefault() == round + 1, "what the refresh loaded is seen");
            }

            Assert.Equal(round + 1, value);
        }
    }

    [Fact]
    public async Task The_lease_of_a_refresh_never_shows()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        var (cache, other) = (harness.CreateCache(), harness.CreateCache());
        var end = await HoldRefreshAsync(harness, cache, () => 2);

        Assert.Equal(1, await other.CountAsync());
        Assert.Equal(["key"], await other.KeysAsync().ToListAsync());
        Assert.Equal(1, await other.RemoveByPatternAsync("*"));
        Assert.Equal(0, await other.CountAsync());
        end.SetResult();
        await Deadline.TrueAsync(() => cache.Statistics.Snapshot().DiscardedLoads == 1, "what the refresh loaded is not stored");
        Assert.False((await other.GetAsync<int>("key")).HasValue);
    }

    [Fact]
    public async Task Who_left_a_refresh_to_another_process_refreshes_itself_when_that_has_failed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        var (cache, other) = (harness.CreateCache(), harness.CreateCache());
        var end = await HoldRefreshAsync(harness, cache, () => throw new InvalidDataException("bad"));

        var sets = await server.CallsAsync("set");
        Assert.Equal(1, await other.GetOrCreateAsync("key", _ => ValueTask.FromResult(3), Policy));
        await Deadline.TrueAsync(async () => await server.CallsAsync("set") > sets, "the other process asks for the lease");
        Assert.Equal(1, await other.GetOrCreateAsync("key", _ => ValueTask.FromResult(3), Policy));
        end.SetResult();

        await Deadline.TrueAsync(async () => await other.GetOrCreateAsync("key", _ => ValueTask.FromResult(3), Policy) == 3, "the other process refreshes");
    }

    [Fact]
    public async Task The_lease_of_a_refresh_goes_and_ends_where_the_reads_go_so_that_what_others_have_changed_is_heard_before_it_and_its_end_comes_before_the_next()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        using var monitor = await server.ConnectAsync();
        await monitor.CommandAsync("MONITOR");
        var end = await HoldRefreshAsync(harness, harness.CreateCache(), () => 2);
        end.SetResult();

        var lease = await SeenAsync("\"SET\"", "!load:", "\"NX\"").WaitAsync(Deadline.Limit);
        var ended = await SeenAsync("\"EVALSHA\"", "!load:", "\"d\"").WaitAsync(Deadline.Limit);

        var reads = await AddressOfReadsAsync();
        Assert.Equal((reads, reads), (lease, ended));

        // A line of MONITOR is '1732.5 [0 127.0.0.1:5000] "SET" "key" ...'.
        async Task<string> SeenAsync(params string[] parts)
        {
            while (true)
            {
                var line = (string)(await monitor.ReadAsync())!;
                if (parts.All(part => line.Contains(part, StringComparison.Ordinal)))
                {
                    return line.Split(' ', ']')[2];
                }
            }
        }

        // The one of the cache's connections on which the server tells of changes.
        async Task<string> AddressOfReadsAsync() => ((string)(await server.CommandAsync("CLIENT", "LIST"))!).Split('\n')
            .Single(client => client.Split(' ').Any(field => field.StartsWith("flags=", StringComparison.Ordinal) && field.Contains('t', StringComparison.Ordinal)))
            .Split(' ').Single(field => field.StartsWith("addr=", StringComparison.Ordinal))["addr=".Length..];
    }

    [Fact]
    public async Task A_refresh_that_was_overtaken_leaves_its_lease_to_the_next_one_of_its_process()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        var (cache, other) = (harness.CreateCache(), harness.CreateCache());
        var policy = Policy with { MaxStale = TimeSpan.FromMinutes(5), StaleWhileRevalidate = true };
        await cache.SetAsync("key", 1, policy);
        var (first, second) = (Ended(false), Ended(false));
        var loads = 0;
        async ValueTask<int> LoadAsync()
        {
            var load = Interlocked.Increment(ref loads);
            await (load == 1 ? first : second).Task;
            return load + 1;
        }

        await StaleAsync();
        await Deadline.TrueAsync(async () => await ReadAsync(cache) == 1 && Volatile.Read(ref loads) == 1, "a refresh has begun");
        await StaleAsync();
        await Deadline.TrueAsync(async () => await ReadAsync(cache) == 1 && Volatile.Read(ref loads) == 2, "another one has begun, because what the first one loads may be too old");
        first.SetResult();
        await Deadline.TrueAsync(() => cache.Statistics.Snapshot().DiscardedLoads == 1, "the first one has ended");
        await cache.GetAsync<int>("what comes after its end");

        var sets = await server.CallsAsync("set");
        Assert.Equal(1, await ReadAsync(other));
        await Deadline.TrueAsync(async () => await server.CallsAsync("set") >= sets + 2, "the other process asks for the lease");
        await other.GetAsync<int>("what comes after the answer");
        second.SetResult();
        await Deadline.TrueAsync(async () => (await other.GetAsync<int>("key")).GetValueOrDefault() == 3, "what the second one loaded is seen");
        Assert.Equal(2, loads);

        ValueTask StaleAsync() => cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);

        ValueTask<int> ReadAsync(ICache from) => from.GetOrCreateAsync("key", _ => LoadAsync(), policy);
    }

    [Fact]
    public async Task Who_has_lost_the_lease_of_a_refresh_does_not_end_that_of_another_process()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        var cache = harness.CreateCache();
        var end = await HoldRefreshAsync(harness, cache, () => 2);
        var lease = Assert.IsType<string>(Assert.Single(Assert.IsType<object[]>(await server.CommandAsync("KEYS", "*!load:key"))));
        await server.CommandAsync("SET", lease, "another's");
        var scripts = await server.CallsAsync("evalsha");

        end.SetResult();

        await Deadline.TrueAsync(async () => await server.CallsAsync("evalsha") >= scripts + 2, "the value is stored, and the lease is looked at");
        Assert.Equal(2, (await cache.GetAsync<int>("key")).Value);
        Assert.Equal("another's", await server.CommandAsync("GET", lease));
    }

    [Fact]
    public async Task Who_waits_for_another_cache_of_its_process_that_loads_an_expired_entry_anew_is_woken_when_that_ends()
    {
        // The server does not tell the two of what the other one does, because they share their connections.
        await using var server = await RedisServer.StartAsync();
        using var host = RedisSetup.Host(
            larder => larder.UseRedis($"redis://{server.EndPoint}?commandTimeout=20s").AddCache("one").AddCache("other"), settings: ("Larder:Prefix", "shop"));
        await host.StartAsync();
        var (cache, other) = (host.Cache("one"), host.Cache("other"));
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromMilliseconds(1), MaxStale = TimeSpan.FromMinutes(5), StaleWhileRevalidate = false };
        await Deadline.InTimeAsync(TimeSpan.Zero, TimeSpan.FromSeconds(1), async attempt =>
        {
            var key = $"key:{attempt}";
            await cache.SetAsync(key, 1, policy);
            await Deadline.TrueAsync(async () => await cache.GetAsync<int>(key) is { IsStale: true } or { HasValue: false }, "the entry has expired");
            var (begun, end) = (Ended(false), Ended(false));
            var load = cache.GetOrCreateAsync(key, async _ =>
            {
                begun.SetResult();
                await end.Task;
                return 2;
            }, TimeSpan.FromMinutes(5)).AsTask();
            await begun.Task.WaitAsync(Deadline.Limit);
            var looks = await server.CallsAsync("getrange");
            var wait = other.GetOrCreateAsync(key, _ => ValueTask.FromResult(3), TimeSpan.FromMinutes(5)).AsTask();
            await Deadline.TrueAsync(async () => await server.CallsAsync("getrange") > looks, "the other cache waits");

            var since = Stopwatch.GetTimestamp();
            end.SetResult();
            Assert.Equal((2, 2), (await load, await wait));
            return Stopwatch.GetElapsedTime(since);
        });
    }

    /// <summary>Stores 1, and has a refresh begin that ends as the caller says when it is let go.</summary>
    /// <returns>What lets it go.</returns>
    private static async Task<TaskCompletionSource> HoldRefreshAsync(RedisHarness harness, ICache cache, Func<int> result)
    {
        await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(1), Policy);
        harness.Clock.Advance(TimeSpan.FromSeconds(6));
        var (begun, end) = (Ended(false), Ended(false));
        await cache.GetOrCreateAsync("key", async _ =>
        {
            begun.SetResult();
            await end.Task;
            return result();
        }, Policy);
        await begun.Task.WaitAsync(Deadline.Limit);
        return end;
    }

    private static TaskCompletionSource Ended(bool isEnded = true)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (isEnded)
        {
            source.SetResult();
        }

        return source;
    }
}
