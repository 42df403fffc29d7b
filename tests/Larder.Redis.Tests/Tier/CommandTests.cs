using System.Text;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Tier;

/// <summary>Commands of the application's own.</summary>
public sealed class CommandTests(SharedServers servers)
{
    [Fact]
    [Ledger(76, 167)]
    public async Task A_command_gets_its_reply_as_objects()
    {
        var server = await servers.Standalone.GetAsync();
        await using var cache = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?commandTimeout=20s", options => options.Prefix = "commands");
        var key = $"commands-{Guid.NewGuid():N}";

        Assert.Equal(2L, await cache.ExecuteAsync("RPUSH", [key, "a", "b"u8.ToArray()]));
        Assert.Equal(["a", "b"], ((object?[])(await cache.ExecuteAsync("LRANGE", [key, 0, -1]))!).Select(item => Encoding.UTF8.GetString((byte[])item!)));
        Assert.Null(await cache.ExecuteAsync("GET", [$"{key}-absent"]));
        Assert.Equal("PONG", await cache.ExecuteAsync("PING", []));
        Assert.Equal("WRONGTYPE", (await Assert.ThrowsAsync<CacheServerException>(async () => await cache.ExecuteAsync("GET", [key]))).Code);
        Assert.Equal(1L, await cache.ExecuteAsync("DEL", [key]));
    }

    [Fact]
    [Ledger(76)]
    public async Task What_would_change_the_connection_of_all_is_refused()
    {
        var server = await servers.Standalone.GetAsync();
        await using var cache = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?commandTimeout=20s");

        Assert.Contains("SUBSCRIBE", (await Assert.ThrowsAsync<ArgumentException>(async () => await cache.ExecuteAsync("subscribe", ["channel"]))).Message, StringComparison.OrdinalIgnoreCase);
        await Assert.ThrowsAsync<ArgumentException>(async () => await cache.ExecuteAsync("SET", ["key", 1.5]));
    }

    [Fact]
    public async Task A_cache_in_memory_has_no_commands()
    {
        await using var cache = Cache.InMemory();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cache.ExecuteAsync("PING", []));
    }
}
