using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Servers;
using Npgsql;

[assembly: AssemblyFixture(typeof(StoreServers))]

namespace Larder.Store.Tests.Servers;

/// <summary>The servers of all tests that leave them as they are: no kill, no pause, only keys and tables of their own.</summary>
public sealed class StoreServers : IAsyncDisposable
{
    private readonly SharedServer<PostgresServer> _postgres = new(() => PostgresServer.StartAsync());
    private readonly SharedServer<RedisServer> _redis = new(() => RedisServer.StartAsync());
    private readonly SharedServer<RedisCluster> _cluster = new(RedisCluster.StartAsync);
    private NpgsqlDataSource? _database;

    public Task<PostgresServer> PostgresAsync() => _postgres.GetAsync();

    public Task<RedisServer> RedisAsync() => _redis.GetAsync();

    public Task<RedisCluster> ClusterAsync() => _cluster.GetAsync();

    /// <summary>Gets connections to the database.</summary>
    public async Task<NpgsqlDataSource> DatabaseAsync() => _database ??= NpgsqlDataSource.Create((await PostgresAsync()).ConnectionString);

    /// <summary>Makes a cache with keys of its own.</summary>
    /// <param name="backend">Where it keeps its entries.</param>
    /// <param name="prefix">The prefix that it shares with others. Default: one that nobody else has.</param>
    /// <param name="name">Tells processes apart: caches with different names have connections and copies of their own.</param>
    public async Task<ICache> CacheAsync(Backend backend, string? prefix = null, string name = "one")
    {
        if (backend == Backend.Memory)
        {
            return Cache.InMemory();
        }

        var address = backend == Backend.Cluster ? $"redis://{(await ClusterAsync()).Nodes[0].EndPoint}" : $"redis://{(await RedisAsync()).EndPoint}";
        return await Cache.ConnectAsync(address, options =>
        {
            options.Prefix = prefix ?? $"test-{Guid.NewGuid():N}";
            options.UseRedis(redis =>
            {
                redis.ClientName = name;
                redis.CommandTimeout = TimeSpan.FromSeconds(20);
                redis.LocalCopies = backend == Backend.Redis ? Redis.RedisLocalCopies.None : Redis.RedisLocalCopies.Auto;
            });
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        await _postgres.DisposeAsync();
        await _redis.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}
