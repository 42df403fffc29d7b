using Larder.Redis.Tests.Servers;

namespace Larder.Cli.Tests.Running;

/// <summary>A small cache in Redis for the tool to look into.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private Shop(RedisServer server, ICache cache, string name) => (Server, Cache, Name) = (server, cache, name);

    public RedisServer Server { get; }

    public ICache Cache { get; }

    public string Name { get; }

    /// <summary>Gets the arguments that name it.</summary>
    public string[] Address => ["--redis", Server.EndPoint, "--cache", Name];

    /// <summary>Makes it: a text, JSON with tags, an integer, and an entry that never expires. Commands may take long, so that nothing is given up on a busy machine.</summary>
    public static async Task<Shop> OpenAsync(RedisServer server, string name)
    {
        var cache = await Larder.Cache.ConnectAsync($"redis://{server.EndPoint}?commandTimeout=20s", options => options.Prefix = name);
        await cache.SetAsync("greeting", "hello", TimeSpan.FromDays(2));
        await cache.SetAsync("user:1", new User(1, "Ada"), new() { TimeToLive = TimeSpan.FromDays(2), Tags = ["users", "vip"] });
        await cache.SetAsync("user:2", new User(2, "Bob"), new() { TimeToLive = TimeSpan.FromDays(2), Tags = ["users"] });
        await cache.SetAsync("visits", 42, TimeSpan.FromDays(2));
        await cache.SetAsync("forever", "stays", CacheTtl.Never);
        return new Shop(server, cache, name);
    }

    /// <summary>Runs the tool on it.</summary>
    public Task<Run> RunAsync(params string[] arguments) => Run.ToolAsync([.. arguments, .. Address]);

    public ValueTask DisposeAsync() => Cache.DisposeAsync();

    internal sealed record User(int Id, string Name);
}
