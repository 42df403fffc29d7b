using Larder.Cli.Tests.Running;
using Larder.Redis.Tests.Servers;

[assembly: AssemblyFixture(typeof(Servers))]

namespace Larder.Cli.Tests.Running;

/// <summary>The Redis of all tests that only use keys of their own.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly SharedServer<RedisServer> _redis = new(() => RedisServer.StartAsync(new() { MaxMemory = "256mb", MaxMemoryPolicy = "allkeys-lfu" }));

    public Task<RedisServer> RedisAsync() => _redis.GetAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();
}
