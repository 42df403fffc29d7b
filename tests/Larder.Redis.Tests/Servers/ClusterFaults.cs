namespace Larder.Redis.Tests.Servers;

/// <summary>The collection of tests that disturb a cluster: one after the other, each begins with <see cref="RedisCluster.HealAsync"/>.</summary>
[Trait("Category", "Slow")]
[CollectionDefinition(nameof(ClusterFaults))]
public sealed class ClusterFaults : ICollectionFixture<ClusterFaults.Fixture>
{
    public sealed class Fixture : IAsyncDisposable
    {
        private readonly SharedServer<RedisCluster> _cluster = new(RedisCluster.StartAsync);

        /// <summary>Gets the cluster, whole.</summary>
        public async Task<RedisCluster> GetAsync()
        {
            var cluster = await _cluster.GetAsync();
            await cluster.HealAsync();
            return cluster;
        }

        public ValueTask DisposeAsync() => _cluster.DisposeAsync();
    }
}
