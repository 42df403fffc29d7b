namespace Larder.Redis.Tests.Servers;

/// <summary>The collection of tests that disturb a Sentinel set-up: one after the other, each begins with <see cref="RedisSentinel.HealAsync"/>.</summary>
[Trait("Category", "Slow")]
[CollectionDefinition(nameof(SentinelFaults))]
public sealed class SentinelFaults : ICollectionFixture<SentinelFaults.Fixture>
{
    public sealed class Fixture : IAsyncDisposable
    {
        private readonly SharedServer<RedisSentinel> _sentinel = new(RedisSentinel.StartAsync);

        /// <summary>Gets the servers, whole.</summary>
        public async Task<RedisSentinel> GetAsync()
        {
            var sentinel = await _sentinel.GetAsync();
            await sentinel.HealAsync();
            return sentinel;
        }

        public ValueTask DisposeAsync() => _sentinel.DisposeAsync();
    }
}
