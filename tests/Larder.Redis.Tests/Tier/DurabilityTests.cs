using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Tier;

/// <summary>What outlives a restart, of the server and of the program.</summary>
public sealed class DurabilityTests
{
    private static readonly CacheEntryOptions Tagged = new() { TimeToLive = TimeSpan.FromHours(1), Tags = ["tag"] };

    [Fact]
    [Ledger(40)]
    public async Task Entries_and_tags_outlive_the_program_and_a_server_that_keeps_its_data()
    {
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        await using (var earlier = await ConnectAsync(server))
        {
            await earlier.SetAsync("key", new Version(1, 2), Tagged);
            await earlier.SetAsync("invalidated", 1, new() { TimeToLive = TimeSpan.FromHours(1), Tags = ["other"] });
            await earlier.RemoveByTagAsync("other");
        }

        await server.KillAsync();
        await server.RestartAsync();
        await using var later = await ConnectAsync(server);

        var found = await later.GetAsync<Version>("key");
        Assert.Equal(new Version(1, 2), found.Value);
        Assert.InRange(found.TimeToLive!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.False(await later.ExistsAsync("invalidated"));
        await later.RemoveByTagAsync("tag");
        Assert.False(await later.ExistsAsync("key"));
    }

    private static ValueTask<ICache> ConnectAsync(RedisServer server) =>
        Cache.ConnectAsync($"redis://{server.EndPoint}", options => options.UseRedis(redis => redis.CommandTimeout = TimeSpan.FromSeconds(20)));
}
