using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Testing;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Scenarios;

/// <summary>Scenarios of the reliability plan over a real server, by their numbers, that no feature has among its own tests.</summary>
public sealed class ScenarioTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Trait("Scenario", "S6")]
    public async Task S6_over_a_slow_network_reads_cost_one_round_trip_and_all_are_answered()
    {
        await using var proxy = new FaultProxy("127.0.0.1", _server.Port);
        await using var fleet = new Fleet(proxy.EndPoint);
        var cache = await fleet.JoinAsync();
        await cache.SetManyAsync(Enumerable.Range(0, 3 * 200).Select(i => KeyValuePair.Create($"{i}", i)));

        proxy.Latency = TimeSpan.FromMilliseconds(300);

        // One round trip takes 600 ms; two take 1.2 s.
        await Deadline.InTimeAsync(TimeSpan.FromMilliseconds(550), TimeSpan.FromMilliseconds(1150), async attempt =>
        {
            var keys = Enumerable.Range(attempt * 200, 200).ToArray();
            var start = Stopwatch.GetTimestamp();
            var values = await Task.WhenAll(keys.Select(i => cache.GetOrCreateAsync($"{i}", _ => ValueTask.FromResult(-1)).AsTask()));
            var took = Stopwatch.GetElapsedTime(start);
            Assert.Equal(keys, values);
            return took;
        });
    }

    [Fact]
    [Trait("Scenario", "S15")]
    public async Task S15_a_storm_of_cancellations_yields_no_wrong_value()
    {
        await using var fleet = new Fleet(_server.EndPoint, redis => redis.LocalCopies = RedisLocalCopies.None);
        ICache[] caches = [await fleet.JoinAsync(), await fleet.JoinAsync()];
        for (var i = 0; i < 50; i++)
        {
            await caches[0].SetAsync($"{i}", i);
        }

        var wrong = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 4_000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (number, _) =>
        {
            using var given = new CancellationTokenSource();
            var reading = caches[number % 2].GetOrCreateAsync($"{number % 50}", _ => ValueTask.FromResult(number % 50), cancellationToken: given.Token).AsTask();
            if (number % 3 != 0)
            {
                await given.CancelAsync();
            }

            try
            {
                wrong += await reading == number % 50 ? 0 : 1;
            }
            catch (OperationCanceledException) when (given.IsCancellationRequested)
            {
                // As asked for.
            }
        });

        Assert.Equal(0, wrong);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(i, (await caches[0].GetAsync<int>($"{i}")).Value);
        }
    }

    [Fact]
    [Trait("Scenario", "S24")]
    public async Task S24_odd_keys_have_their_own_values_or_are_refused_and_are_shared_where_they_are_accepted()
    {
        await using var fleet = new Fleet(_server.EndPoint);
        var (one, other) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        var accepted = new List<string>();
        foreach (var key in OddKeys())
        {
            try
            {
                await one.SetAsync(key, key);
                accepted.Add(key);
            }
            catch (ArgumentException)
            {
                // Refused, and told so.
            }
        }

        foreach (var key in accepted)
        {
            Assert.Equal(key, (await other.GetAsync<string>(key)).GetValueOrDefault());
        }

        Assert.Equal(accepted.Order(StringComparer.Ordinal), (await other.KeysAsync().ToListAsync()).Where(key => key != "a first read").Order(StringComparer.Ordinal));
        foreach (var key in accepted)
        {
            Assert.True(await other.RemoveAsync(key));
            Assert.False((await other.GetAsync<string>(key)).HasValue);
        }

        Assert.Equal(0, await other.CountAsync());
        foreach (var refused in new[] { "\ud800", "\udc00x", "", new string('k', 1 << 20) })
        {
            Assert.DoesNotContain(refused, accepted);
        }
    }

    [Fact]
    [Trait("Scenario", "S28")]
    public async Task S28_disposing_twice_under_traffic_ends_soon_and_throws_only_what_it_may()
    {
        await using var fleet = new Fleet(_server.EndPoint);
        var cache = await fleet.JoinAsync();
        var traffic = Enumerable.Range(0, 16).Select(async number =>
        {
            for (var i = 0; ; i++)
            {
                try
                {
                    await cache.SetAsync($"{number}:{i % 10}", i);
                    await cache.GetOrCreateAsync($"{number}:{i % 7}", _ => ValueTask.FromResult(i));
                    await cache.RemoveAsync($"{number}:{i % 5}");
                }
                catch (Exception exception)
                {
                    return exception;
                }
            }
        }).ToArray();
        await Deadline.TrueAsync(() => cache.Statistics.Snapshot().Sets > 500, "there is traffic");
        var start = Stopwatch.GetTimestamp();

        await Task.WhenAll(cache.DisposeAsync().AsTask(), cache.DisposeAsync().AsTask());

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
        Assert.All(await Task.WhenAll(traffic).WaitAsync(Deadline.Limit), error => Assert.True(error is ObjectDisposedException or OperationCanceledException, error.ToString()));
    }

    [Fact]
    [Trait("Scenario", "S31")]
    public async Task S31_clocks_that_differ_decide_neither_the_order_of_changes_nor_keep_an_entry_longer_than_they_differ()
    {
        var skew = TimeSpan.FromSeconds(5);
        var (clock, ahead) = (new FakeTimeProvider(DateTimeOffset.UtcNow), new FakeTimeProvider(DateTimeOffset.UtcNow + skew));
        await using var fleet = new Fleet(_server.EndPoint);
        var late = await fleet.JoinAsync(options: options => options.TimeProvider = clock);
        var early = await fleet.JoinAsync(options: options => options.TimeProvider = ahead);

        await early.SetAsync("tagged", 1, new CacheEntryOptions { Tags = ["tag"], TimeToLive = TimeSpan.FromMinutes(5) });
        await late.WarmAsync<int>("tagged");
        await late.RemoveByTagAsync("tag");
        Assert.False((await late.GetAsync<int>("tagged")).HasValue);
        await Deadline.TrueAsync(async () => !(await early.GetAsync<int>("tagged")).HasValue, "who has the later clock sees the invalidation too");

        await early.SetAsync("key", 1, TimeSpan.FromMinutes(5));
        await late.SetAsync("key", 2, TimeSpan.FromMinutes(5));
        await Deadline.TrueAsync(async () => (await early.GetAsync<int>("key")).Value == 2, "the last write counts, whatever its clock says");

        await early.SetAsync("key", 3, TimeSpan.FromMinutes(5));
        await late.WarmAsync<int>("key");
        clock.Advance(TimeSpan.FromMinutes(5) + skew + TimeSpan.FromSeconds(1));
        Assert.False((await late.GetAsync<int>("key")).HasValue);
    }

    [Theory]
    [Trait("Scenario", "S31")]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task S31_a_clock_that_jumps_by_an_hour_neither_loses_a_change_nor_keeps_an_entry(int hours)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var fleet = new Fleet(_server.EndPoint);
        var jumping = await fleet.JoinAsync(options: options => options.TimeProvider = clock);
        var other = await fleet.JoinAsync();
        await jumping.SetAsync("tagged", 1, new CacheEntryOptions { Tags = ["tag"], TimeToLive = TimeSpan.FromMinutes(5) });
        await jumping.SetAsync("key", 1, TimeSpan.FromMinutes(5));
        var (begun, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        var loading = jumping.GetOrCreateAsync("loaded", async _ =>
        {
            begun.SetResult();
            await held.Task;
            return 1;
        }).AsTask();
        await begun.Task;

        clock.JumpWallClock(TimeSpan.FromHours(hours));

        await other.SetAsync("key", 2, TimeSpan.FromMinutes(5));
        await other.RemoveByTagAsync("tag");
        await other.RemoveAsync("loaded");
        held.SetResult();
        Assert.Equal(1, await loading);
        await Deadline.TrueAsync(async () => (await jumping.GetAsync<int>("key")).GetValueOrDefault() is 0 or 2, "a change elsewhere is seen");
        await Deadline.TrueAsync(async () => !(await jumping.GetAsync<int>("tagged")).HasValue, "an invalidated tag is seen");
        Assert.False((await other.GetAsync<int>("loaded")).HasValue);

        await jumping.SetAsync("short", 1, TimeSpan.FromMilliseconds(300));
        await Deadline.TrueAsync(async () => (long)(await _server.CommandAsync("EXISTS", fleet.Key("short")))! == 0, "the server counts the life of an entry by itself");
        clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.False((await jumping.GetAsync<int>("short")).HasValue);
    }

    private static IEnumerable<string> OddKeys() =>
    [
        "*", "?", "[a-z]", "[", "]", "\\", "\\*", "a*b", "^", "\r\n", "a\r\nSET b 1\r\n", "\n", "\t", "\0", "a\0b", " ", "  a", "a  ", "{", "}", "{}", "{a}", "{a}b", "a{b}c{d}", "{{a}}", "';--", "return 1",
        "redis.call('FLUSHALL')", "<script>alert(1)</script>", "&amp;", "\ud800", "\udc00x", "\ufffd", "é", "e\u0301", "😀", "İ", "ı", "K", "k", "", new string('k', 1024), new string('k', 1 << 20),
        "!load:a", "!record:a", "!tags:a", "!", ":", "::", "tag:a", "changes", "clock", "processes", "sync",
    ];
}
