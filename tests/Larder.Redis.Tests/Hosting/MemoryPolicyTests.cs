using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Redis.Tests.Hosting;

/// <summary>Warnings about servers that are not set up for a cache.</summary>
public sealed class MemoryPolicyTests
{
    [Theory]
    [Ledger(39, 86)]
    [InlineData(null, "noeviction", "Larder.Redis Warning 101", "maxmemory is 0")]
    [InlineData(null, "allkeys-lru", "Larder.Redis Warning 101", "maxmemory is 0")]
    [InlineData("64mb", "noeviction", "Larder.Redis Warning 102", "noeviction")]
    public async Task A_server_without_limit_or_eviction_is_warned_of_once(string? maxMemory, string policy, string id, string text)
    {
        using var log = new LogLines();
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = maxMemory, MaxMemoryPolicy = policy });
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://{server.EndPoint}?commandTimeout=20s").AddCache("other"), log);
        await host.Cache().SetAsync("key", 1);
        await host.Cache("other").GetAsync<int>("key");

        await Deadline.TrueAsync(() => Warnings(log).Any());

        var line = Assert.Single(Warnings(log));
        Assert.StartsWith(id, line, StringComparison.Ordinal);
        Assert.Contains(text, line, StringComparison.Ordinal);
        Assert.Contains(server.EndPoint, line, StringComparison.Ordinal);
    }

    [Fact]
    [Ledger(39)]
    public async Task A_server_with_both_is_not_warned_of()
    {
        using var log = new LogLines();
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = "64mb", MaxMemoryPolicy = "allkeys-lfu" });
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://{server.EndPoint}?commandTimeout=20s"), log);
        await host.Cache().SetAsync("key", 1);

        await Deadline.TrueAsync(async () => (await server.InfoAsync("cmdstat_info")).Length > 0);
        await host.Cache().GetAsync<int>("key");

        Assert.Empty(Warnings(log));
    }

    [Theory]
    [InlineData(null, "Larder.Redis Warning 101")]
    [InlineData("64mb", "Larder.Redis Warning 102")]
    public async Task A_server_that_refuses_INFO_is_asked_for_its_CONFIG(string? maxMemory, string id)
    {
        using var log = new LogLines();
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = maxMemory, Users = ["app on >secret ~* &* +@all -info"] });
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://app:secret@{server.EndPoint}?commandTimeout=20s"), log);
        await host.Cache().SetAsync("key", 1);

        await Deadline.TrueAsync(() => Warnings(log).Any());

        Assert.StartsWith(id, Assert.Single(Warnings(log)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_refuses_to_tell_is_left_alone()
    {
        using var log = new LogLines();
        await using var server = await RedisServer.StartAsync(new() { Users = ["app on >secret ~* &* +@all -info -config"] });
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://app:secret@{server.EndPoint}?commandTimeout=20s"), log);
        await host.Cache().SetAsync("key", 1);
        await Deadline.TrueAsync(() => log.OfLarder.Any(line => line.StartsWith("Larder.Redis Information 107", StringComparison.Ordinal)));

        Assert.Equal(1, (await host.Cache().GetAsync<int>("key")).Value);
        Assert.Empty(Warnings(log));
    }

    private static IEnumerable<string> Warnings(LogLines log) => log.OfLarder.Where(line => line.Contains("Warning", StringComparison.Ordinal));
}
