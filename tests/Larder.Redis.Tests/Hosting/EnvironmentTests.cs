using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Hosting;

/// <summary>A cache whose place is told by a variable of the environment.</summary>
[Collection(EnvironmentGroup.Name)]
public sealed class EnvironmentTests(SharedServers servers) : IDisposable
{
    private const string ConnectionString = "Larder__Redis__ConnectionString";
    private const string KeyPrefix = "Larder__Prefix";

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ConnectionString, null);
        Environment.SetEnvironmentVariable(KeyPrefix, null);
    }

    [Fact]
    [Ledger(11)]
    public async Task One_variable_puts_the_cache_into_Redis_and_without_it_it_is_in_memory()
    {
        var server = await servers.Standalone.GetAsync();
        var prefix = RedisSetup.Prefix();
        Environment.SetEnvironmentVariable(KeyPrefix, prefix);
        await using (var inMemory = await Cache.FromEnvironmentAsync())
        {
            await inMemory.SetAsync("key", 1);
            Assert.Equal(1, (await inMemory.GetAsync<int>("key")).Value);
            Assert.Equal(0L, await server.CommandAsync("EXISTS", $"{prefix}:key"));
        }

        Environment.SetEnvironmentVariable(ConnectionString, $"redis://{server.EndPoint}?commandTimeout=20s");
        await using var inRedis = await Cache.FromEnvironmentAsync();
        await inRedis.SetAsync("key", 1);

        Assert.Equal(1L, await server.CommandAsync("EXISTS", $"{prefix}:key"));
        Assert.Contains(server.EndPoint, inRedis.ToString(), StringComparison.Ordinal);
        await inRedis.ClearAsync();
    }
}
