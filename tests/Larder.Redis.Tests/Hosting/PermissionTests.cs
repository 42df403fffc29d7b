using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Hosting;

/// <summary>The user that docs/guides/redis.md proposes may do all that a cache does, and reaches nothing else.</summary>
public sealed class PermissionTests
{
    [Fact]
    public async Task The_permissions_of_the_guide_are_enough_and_not_too_many()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CommandAsync(RuleOfTheGuide().Split(' '));
        await server.CommandAsync("SET", "other:key", "1");
        await using var cache = await Cache.ConnectAsync($"redis://shop:secret@{server.EndPoint}?commandTimeout=20s&clientName=shop", options => options.Prefix = "shop");

        await cache.SetAsync("a", 1, new CacheEntryOptions { Tags = ["tag"], TimeToLive = TimeSpan.FromMinutes(1) });
        await cache.AddAsync("b", 1);
        await cache.GetOrCreateAsync("c", _ => new ValueTask<string>("loaded"), new CacheEntryOptions { Tags = ["tag"] });
        await cache.GetOrCreateAsync("sliding", _ => new ValueTask<int>(1), new CachePolicy { SlidingExpiration = TimeSpan.FromMinutes(1) });
        Assert.Equal(1, (await cache.GetAsync<int>("sliding")).Value);
        Assert.Equal(3, await cache.IncrementAsync("counter", 3));
        Assert.True(await cache.ExpireAsync("a", TimeSpan.FromMinutes(2)));
        Assert.True(await cache.PersistAsync("a"));
        await server.CommandAsync("SET", "shop:foreign", "7");
        Assert.Equal(8, await cache.IncrementAsync("foreign"));
        Assert.True(await cache.ExpireAsync("foreign", TimeSpan.FromMinutes(2)));
        Assert.True(await cache.CreateTransaction().RequirePresent("a").Set("d", 1).CommitAsync());
        await using (var held = await cache.TryAcquireLockAsync("job", TimeSpan.FromSeconds(30)))
        {
            Assert.NotNull(held);
        }

        await cache.RemoveByTagAsync("tag");
        Assert.False(await cache.ExistsAsync("c"));
        Assert.True(await cache.RemoveAsync("b"));
        Assert.Equal(1, await cache.RemoveByPatternAsync("coun*"));
        await cache.ClearAsync();

        Assert.Equal(0, await cache.CountAsync());
        Assert.Empty(await server.ListAsync("ACL", "LOG"));
        Assert.Equal("1", await server.CommandAsync("GET", "other:key"));
        using var other = await RawConnection.ConnectAsync(server.Port);
        await other.CommandAsync("AUTH", "shop", "secret");
        foreach (var refused in new[] { "GET other:key", "SET shopping:key 1", "FLUSHALL", "KEYS *", "CONFIG GET *", "DEL shop:a" })
        {
            Assert.StartsWith("NOPERM", (await Assert.ThrowsAsync<RespErrorException>(() => other.CommandAsync(refused.Split(' ')))).Message, StringComparison.Ordinal);
        }
    }

    private static string RuleOfTheGuide()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Larder.slnx")))
        {
            folder = folder.Parent;
        }

        return File.ReadLines(Path.Combine(folder.FullName, "docs", "guides", "redis.md")).Single(line => line.StartsWith("ACL SETUSER shop ", StringComparison.Ordinal));
    }
}
