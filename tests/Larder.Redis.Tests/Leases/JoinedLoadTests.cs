using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Leases;

/// <summary>Who comes to a load that began before another process made a change does not get what it loads, whether or not this process is told of the change.</summary>
[Trait("Category", "Slow")]
public sealed class JoinedLoadTests
{
    private const int MaxValueBytes = 1024;

    private static readonly TimeSpan ShortTrust = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData("get or create", RedisLocalCopies.Auto)]
    [InlineData("get or create", RedisLocalCopies.Broadcast)]
    [InlineData("get or create", RedisLocalCopies.Channel)]
    [InlineData("get or create", RedisLocalCopies.None)]
    [InlineData("many", RedisLocalCopies.Auto)]
    [InlineData("many", RedisLocalCopies.None)]
    [InlineData("refresh", RedisLocalCopies.Auto)]
    [InlineData("refresh", RedisLocalCopies.None)]
    [InlineData("not stored", RedisLocalCopies.Auto)]
    [InlineData("not stored", RedisLocalCopies.None)]
    [InlineData("refreshed, and not stored", RedisLocalCopies.Auto)]
    public Task After_a_removal(string way, RedisLocalCopies copies) => JoinAsync(way, copies, isThere: false, (cache, _, _) => cache.RemoveAsync("key").AsTask(), GetOrCreateAsync);

    [Theory]
    [InlineData("get or create", RedisLocalCopies.Auto)]
    [InlineData("not stored", RedisLocalCopies.Auto)]
    [InlineData("not stored", RedisLocalCopies.Broadcast)]
    [InlineData("not stored", RedisLocalCopies.Channel)]
    [InlineData("not stored", RedisLocalCopies.None)]
    public Task After_a_removal_when_the_lease_of_the_load_was_renewed(string way, RedisLocalCopies copies) => JoinAsync(
        way,
        copies,
        isThere: false,
        async (cache, server, _) =>
        {
            await Deadline.TrueAsync(async () => await server.CallsAsync("pexpire") > 0, "the lease was renewed");
            await cache.RemoveAsync("key");
        },
        GetOrCreateAsync);

    [Theory]
    [InlineData("refresh", RedisLocalCopies.Auto)]
    [InlineData("refresh", RedisLocalCopies.None)]
    [InlineData("refreshed, and not stored", RedisLocalCopies.Auto)]
    [InlineData("refreshed, and not stored", RedisLocalCopies.None)]
    public Task After_a_removal_of_what_is_loaded_anew(string way, RedisLocalCopies copies) =>
        JoinAsync(way, copies, isThere: true, (cache, _, _) => cache.RemoveAsync("key").AsTask(), GetOrCreateAsync);

    [Theory]
    [InlineData("get or create", RedisLocalCopies.Auto)]
    [InlineData("get or create", RedisLocalCopies.None)]
    [InlineData("many", RedisLocalCopies.None)]
    [InlineData("refresh", RedisLocalCopies.Auto)]
    public Task As_one_of_many_keys(string way, RedisLocalCopies copies) => JoinAsync(
        way, copies, isThere: false, (cache, _, _) => cache.RemoveAsync("key").AsTask(), async cache => (await cache.GetOrCreateManyAsync<string>(["key"], (_, _) => new(new Dictionary<string, string> { ["key"] = "second" })))["key"]);

    [Theory]
    [InlineData("get or create", RedisLocalCopies.Auto)]
    [InlineData("get or create", RedisLocalCopies.Broadcast)]
    [InlineData("get or create", RedisLocalCopies.Channel)]
    [InlineData("get or create", RedisLocalCopies.None)]
    [InlineData("refresh", RedisLocalCopies.Auto)]
    public Task After_the_end_of_a_tag_that_only_the_loader_knew(string way, RedisLocalCopies copies) =>
        JoinAsync(way, copies, isThere: false, (cache, _, _) => cache.RemoveByTagAsync("tag").AsTask(), GetOrCreateAsync);

    [Theory]
    [InlineData("not stored", RedisLocalCopies.Auto)]
    [InlineData("not stored", RedisLocalCopies.None)]
    [InlineData("refreshed, and not stored", RedisLocalCopies.Auto)]
    [InlineData("too large to be stored", RedisLocalCopies.Auto)]
    [InlineData("too large to be stored", RedisLocalCopies.None)]
    public Task After_the_end_of_a_tag_of_what_is_not_stored(string way, RedisLocalCopies copies) =>
        JoinAsync(way, copies, isThere: false, (cache, _, _) => cache.RemoveByTagAsync("tag").AsTask(), GetOrCreateAsync);

    [Theory]
    [InlineData("get or create", RedisLocalCopies.Auto)]
    [InlineData("get or create", RedisLocalCopies.None)]
    public Task After_the_end_of_a_tag_when_the_key_is_removed_as_well_before_the_load_ends(string way, RedisLocalCopies copies) =>
        JoinAsync(way, copies, isThere: false, (cache, _, _) => cache.RemoveByTagAsync("tag").AsTask(), GetOrCreateAsync, cache => cache.RemoveAsync("key").AsTask());

    [Theory]
    [InlineData("get or create", RedisLocalCopies.Auto)]
    [InlineData("get or create", RedisLocalCopies.None)]
    [InlineData("not stored", RedisLocalCopies.None)]
    [InlineData("refresh", RedisLocalCopies.Auto)]
    [InlineData("refreshed, and not stored", RedisLocalCopies.Auto)]
    public async Task Where_nothing_has_changed_all_get_what_the_one_has_loaded(string way, RedisLocalCopies copies)
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = copies);
        var cache = await fleet.JoinAsync();
        var first = LoadAsync(cache, way);
        await _begun.Task.WaitAsync(Deadline.Limit);

        var others = Enumerable.Range(0, 10).Select(_ => GetOrCreateAsync(cache)).ToList();
        await Deadline.TrueAsync(() => cache.Statistics.Snapshot().JoinedLoads == 10, "all have joined");
        _end.SetResult();

        Assert.Equal("first", await first);
        Assert.All(await Task.WhenAll(others), value => Assert.Equal("first", value));
    }

    [Fact]
    public async Task A_load_that_got_its_lease_and_cannot_ask_for_its_tags_gives_the_lease_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        await server.CommandAsync("ACL", "SETUSER", "limited", "on", ">secret", "+@all", "~" + fleet.Key("*"), "&*");
        var cache = await fleet.JoinAsync(redis => (redis.User, redis.Password) = ("limited", "secret"));

        _end.SetResult();
        Assert.Equal("first", await LoadAsync(cache, "get or create", new CacheEntryOptions { Tags = ["tag"] }));

        await Deadline.TrueAsync(async () => await server.CommandAsync("EXISTS", fleet.Key("key")) is 0L, "the lease is gone");
    }

    [Theory]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.None)]
    public Task While_the_server_cannot_be_reached_and_the_load_is_older_than_the_trust_period(RedisLocalCopies copies) => JoinAsync(
        "get or create",
        copies,
        isThere: false,
        async (cache, _, proxy) =>
        {
            proxy.Stop();
            await cache.RemoveAsync("key");
            var lost = Stopwatch.GetTimestamp();
            await Deadline.TrueAsync(() => Stopwatch.GetElapsedTime(lost) > ShortTrust, "the trust period is over");
        },
        GetOrCreateAsync,
        trust: ShortTrust);

    private static Task<string> GetOrCreateAsync(ICache cache) => cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("second")).AsTask();

    /// <summary>Begins a load in one process, makes a change in another, and has a caller come to the first before the load ends.</summary>
    private async Task JoinAsync(string way, RedisLocalCopies copies, bool isThere, Func<ICache, RedisServer, FaultProxy, Task> change, Func<ICache, Task<string>> come, Func<ICache, Task>? afterwards = null, TimeSpan? trust = null)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = new Fleet(server.EndPoint, redis => (redis.LocalCopies, redis.MaxValueBytes) = (copies, MaxValueBytes));
        var changing = await fleet.JoinAsync();
        var cache = await fleet.JoinAsync(redis =>
        {
            (redis.Endpoints, redis.CommandTimeout) = ([proxy.EndPoint], TimeSpan.FromSeconds(1));
            if (trust is { } period)
            {
                (redis.TrustPeriod, redis.HeartbeatInterval) = (period, period / 3);
            }
        });
        if (isThere)
        {
            await changing.SetAsync("key", "before");
            Assert.Equal("before", (await cache.GetAsync<string>("key")).Value);
        }

        var first = LoadAsync(cache, way);
        await _begun.Task.WaitAsync(Deadline.Limit);
        await change(changing, server, proxy);
        await cache.GetAsync<int>("other"); // What the server has told by now has been heard.

        var second = come(cache);
        await Deadline.TrueAsync(() => second.IsCompleted || cache.Statistics.Snapshot().JoinedLoads > 0, "it has joined a load, or made its own");
        await (afterwards?.Invoke(cache) ?? Task.CompletedTask);
        _end.SetResult();

        Assert.StartsWith("first", await first, StringComparison.Ordinal);
        Assert.Equal("second", await second.WaitAsync(Deadline.Limit));
    }

    private async Task<string> LoadAsync(ICache cache, string way, CacheEntryOptions options = default)
    {
        async ValueTask<string> HeldAsync(LoadContext? context)
        {
            _begun.TrySetResult();
            await _end.Task;
            context?.AddTags("tag");
            if (way.EndsWith("not stored", StringComparison.Ordinal))
            {
                context?.DoNotStore();
            }

            return way == "too large to be stored" ? "first" + new string('x', MaxValueBytes) : "first";
        }

        return way switch
        {
            "many" => (await cache.GetOrCreateManyAsync<string>(["key"], async (_, _) => new Dictionary<string, string> { ["key"] = await HeldAsync(null) }))["key"],
            "get or create" or "not stored" or "too large to be stored" => await cache.GetOrCreateAsync("key", 0, (_, context, _) => HeldAsync(context), options),
            _ => await cache.RefreshAsync("key", 0, (_, context, _) => HeldAsync(context)),
        };
    }
}
