using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;

namespace Larder.Redis.Tests.Tier;

/// <summary>How many bytes of the server large values take.</summary>
public sealed class CompressionTests(SharedServers servers)
{
    /// <summary>What the header of an entry takes at most here.</summary>
    private const int Header = 200;

    [Fact]
    [Ledger(94)]
    public async Task A_large_value_is_stored_compressed_where_that_makes_it_smaller()
    {
        var server = await servers.Standalone.GetAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var cache = await fleet.JoinAsync();
        var text = string.Concat(Enumerable.Repeat("the same again and again ", 4_000));
        var noise = new byte[100_000];
        new Random(94).NextBytes(noise);

        await cache.SetAsync("text", text);
        await cache.SetAsync("noise", noise);

        Assert.InRange(await LengthAsync(server, fleet, "text"), 1, 5_000);
        Assert.InRange(await LengthAsync(server, fleet, "noise"), noise.Length, noise.Length + Header);
        await using var other = await Cache.ConnectAsync($"redis://{server.EndPoint}?commandTimeout=20s", options => options.Prefix = fleet.Prefix);
        Assert.Equal(text, (await other.GetAsync<string>("text")).Value);
        Assert.Equal(noise, (await other.GetAsync<byte[]>("noise")).Value);
    }

    [Fact]
    [Ledger(94)]
    public async Task The_threshold_says_from_which_size_on()
    {
        var server = await servers.Standalone.GetAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var caches = new (ICache Cache, string Name)[]
        {
            (await fleet.JoinAsync(), "default"),
            (await fleet.JoinAsync(redis => redis.CompressionThreshold = 100), "low"),
            (await fleet.JoinAsync(redis => redis.CompressionThreshold = null), "never"),
        };
        foreach (var (cache, name) in caches)
        {
            await cache.SetAsync($"{name}:small", new string('x', 4_095));
            await cache.SetAsync($"{name}:large", new string('x', 4_096));
        }

        Assert.InRange(await LengthAsync(server, fleet, "default:small"), 4_095, 4_095 + Header);
        Assert.InRange(await LengthAsync(server, fleet, "default:large"), 1, 4_095);
        Assert.InRange(await LengthAsync(server, fleet, "low:small"), 1, 4_094);
        Assert.InRange(await LengthAsync(server, fleet, "never:large"), 4_096, 4_096 + Header);
    }

    private static async Task<long> LengthAsync(RedisServer server, Fleet fleet, string key) => (long)(await server.CommandAsync("STRLEN", fleet.Key(key)))!;
}
