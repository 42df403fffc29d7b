using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Journal;

/// <summary>The journal of write-behind while the server, the network or a worker fails.</summary>
public sealed class JournalFaultTests : IAsyncDisposable
{
    private readonly JournalSource _source = new();
    private readonly List<SourceCache<string, Payload>> _opened = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in _opened)
        {
            await cache.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_write_that_the_journal_did_not_accept_throws_and_is_not_in_the_cache()
    {
        await using var server = await RedisServer.StartAsync();
        var cache = Open(server.EndPoint, delivers: false);
        await cache.SetAsync("key", new Payload(1));
        await server.KillAsync();

        await Assert.ThrowsAnyAsync<CacheException>(() => cache.SetAsync("key", new Payload(2)).AsTask());

        // The journal cannot say what waits: the source is asked, and its answer not kept.
        Assert.Null(await cache.GetAsync("key"));
        await server.RestartAsync();
    }

    [Fact]
    [Ledger(137)]
    [LedgerFault(16)]
    public async Task Scenario_27_what_was_accepted_before_the_server_was_killed_is_delivered_after_it()
    {
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        var held = new TaskCompletionSource();
        _source.Held = held.Task;
        var cache = Open(server.EndPoint);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(key => cache.SetAsync($"key:{key}", new Payload(key)).AsTask()));
        await Deadline.TrueAsync(() => _source.Waiting > 0);

        await server.KillAsync();
        held.SetResult();
        await server.RestartAsync();

        await Deadline.TrueAsync(() => Enumerable.Range(0, 50).All(key => _source[$"key:{key}"] == new Payload(key)));
        await DrainedAsync(cache);
    }

    [Fact]
    public async Task What_a_worker_that_is_cut_off_had_read_another_delivers_when_its_lease_has_ended()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        var held = new TaskCompletionSource();
        _source.Held = held.Task;
        var lost = Open(proxy.EndPoint);
        await lost.SetAsync("key", new Payload(1));
        await Deadline.TrueAsync(() => _source.Waiting == 1);

        proxy.Stop();
        proxy.Reset();
        var other = Open(server.EndPoint);
        await Deadline.TrueAsync(() => _source.Waiting == 2);
        held.SetResult();
        await DrainedAsync(other);

        Assert.Equal(new Payload(1), _source["key"]);
        Assert.Single(_source.Effects);
        proxy.Start();
    }

    [Fact]
    public async Task Resets_of_the_connection_lose_nothing_and_keep_the_order()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        var cache = Open(proxy.EndPoint);
        var all = 0;

        var accepted = await Task.WhenAll(Enumerable.Range(0, 10).Select(key => WriteAsync(cache, $"key:{key}", () =>
        {
            if (Interlocked.Increment(ref all) % 40 == 0)
            {
                proxy.Reset();
            }
        })));
        await DrainedAsync(cache);

        for (var key = 0; key < 10; key++)
        {
            Assert.True(_source[$"key:{key}"]!.Number >= accepted[key]);
        }

        foreach (var effects in _source.Effects.GroupBy(effect => effect.Key))
        {
            Assert.Equal(effects.Select(effect => effect.Value!.Number).Distinct().Order(), effects.Select(effect => effect.Value!.Number));
        }
    }

    [Fact]
    public async Task A_write_that_is_anothers_by_now_is_neither_buried_nor_tried_again()
    {
        await using var server = await RedisServer.StartAsync();
        var held = new TaskCompletionSource();
        (_source.Held, _source.Fails) = (held.Task, _ => new IOException("no"));
        var cache = Open(server.EndPoint, maxAttempts: 1);
        await cache.SetAsync("key", new Payload(1));
        await Deadline.TrueAsync(() => _source.Waiting == 1);

        foreach (var partition in new[] { 0, 1 })
        {
            await server.CommandAsync("SET", $"{{journal:{partition}}}:owner", "another");
        }

        held.SetResult();
        await Deadline.TrueAsync(() => cache.WriteBehind is { Failures: > 0, Lag.Ticks: 0 });

        Assert.Equal(0, cache.WriteBehind!.DeadLettered);
        Assert.Equal(0L, (long)(await server.CommandAsync("EXISTS", "{journal:0}:dead", "{journal:1}:dead"))!);
    }

    /// <summary>Writes rising numbers until 60 of them were accepted.</summary>
    /// <returns>The last one that was.</returns>
    private static async Task<int> WriteAsync(SourceCache<string, Payload> cache, string key, Action afterEach)
    {
        for (int number = 0, accepted = 0; ; number++)
        {
            try
            {
                await cache.SetAsync(key, new Payload(number));
                afterEach();
                if (++accepted == 60)
                {
                    return number;
                }
            }
            catch (CacheException)
            {
                // Not accepted, or nobody knows.
                await Task.Delay(10);
            }
        }
    }

    private static async Task DrainedAsync(SourceCache<string, Payload> cache)
    {
        using var deadline = new CancellationTokenSource(Deadline.Limit);
        while (true)
        {
            try
            {
                await cache.DrainAsync(deadline.Token);
                return;
            }
            catch (CacheException)
            {
                await Task.Delay(20, deadline.Token);
            }
        }
    }

    private SourceCache<string, Payload> Open(string endpoint, bool delivers = true, int maxAttempts = 10)
    {
        var cache = Cache.InMemory().For(_source, new SourceCacheOptions
        {
            WriteBehind = new WriteBehindOptions
            {
                Journal = new RedisJournal("journal", $"redis://{endpoint}") { Lease = TimeSpan.FromSeconds(1), Partitions = 2 },
                FlushInterval = TimeSpan.FromMilliseconds(10),
                DrainTimeout = TimeSpan.FromSeconds(1),
                Delivers = delivers,
                MaxAttempts = maxAttempts,
            },
        });
        _opened.Add(cache);
        return cache;
    }
}
