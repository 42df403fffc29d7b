using System.Net;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Larder.Redis.Topology;
using Larder.Redis.Tracking;
using Larder.Views;

namespace Larder.Redis.Tests.Tier;

/// <summary>Another server comes in the place of one, and what it has is not read for a moment.</summary>
[Trait("Category", "Slow")]
public sealed class SuccessionTests(SharedServers servers)
{
    [Fact]
    public async Task What_is_set_meanwhile_is_read_here_at_once_and_stays()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var cache = harness.CreateCache();
        var tagged = new CacheEntryOptions { Tags = ["tag"] };
        await cache.ClearAsync();
        await cache.SetAsync("tagged", "old", tagged);
        await cache.SetAsync("plain", "old");
        await cache.RemoveByTagAsync("tag");
        Succeed(cache);

        await cache.SetAsync("tagged", "new", tagged);
        await cache.SetAsync("plain", "new");

        Assert.Equal("new", (await cache.GetAsync<string>("tagged")).Value);
        Assert.Equal("new", (await cache.GetAsync<string>("plain")).Value);
        await Deadline.TrueAsync(() =>
        {
            harness.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(cache.Statistics.Snapshot().PendingInvalidations == 0);
        }, "all is removed again that was removed before");
        Assert.Equal(2, await cache.CountAsync());
        Assert.Equal("new", (await cache.GetAsync<string>("tagged")).Value);
        Assert.Equal("new", (await cache.GetAsync<string>("plain")).Value);
    }

    [Fact]
    public async Task What_depends_on_what_is_there_waits_until_it_is_known()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var (cache, other) = (harness.CreateCache(), harness.CreateCache());
        await other.SetAsync("there", 1);
        Succeed(cache);

        Assert.False(await cache.AddAsync("there", 2));
        Succeed(cache);
        Assert.True(await cache.ExistsAsync("there"));
        Succeed(cache);
        Assert.Equal(2, await cache.IncrementAsync("there"));
    }

    [Fact]
    public async Task What_was_removed_and_not_set_since_is_removed_again()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var (cache, other) = (harness.CreateCache(), harness.CreateCache());
        await cache.RemoveByPatternAsync("a*");
        await other.SetAsync("a1", 1);
        Succeed(cache);

        await cache.SetAsync("a2", 2);

        await Deadline.TrueAsync(() =>
        {
            harness.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(cache.Statistics.Snapshot().PendingInvalidations == 0);
        }, "all is removed again that was removed before");
        Assert.Equal(["a2"], await cache.KeysAsync().ToListAsync());
    }

    [Fact]
    public async Task A_read_under_way_does_not_show_what_the_other_server_has()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = Over(server);
        var (cache, other) = (harness.CreateCache(), harness.CreateCache());
        await other.SetAsync("key", "old");
        await other.SetAsync("tagged", "old", new CacheEntryOptions { Tags = ["tag"] });
        Assert.False(await cache.ExistsAsync("none"));

        server.Pause();
        var reads = Task.WhenAll(
            cache.GetOrCreateAsync("key", _ => new ValueTask<string>("new")).AsTask(),
            cache.GetOrCreateAsync("tagged", _ => new ValueTask<string>("new")).AsTask());
        Succeed(cache);
        server.Resume();
        await Deadline.TrueAsync(() =>
        {
            Succeed(cache);
            return Task.FromResult(reads.IsCompleted);
        }, "the reads are answered");

        Assert.Equal(["new", "new"], await reads);
    }

    private static void Succeed(ICache cache) => ((IInvalidationListener)((CacheView)cache).Tier).OnSuccession();

    private static RedisHarness Over(RedisServer server) =>
        new(settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port) }, 1 << 18))) { LocalCopies = RedisLocalCopies.Auto };
}
