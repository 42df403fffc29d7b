using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Tracking;

/// <summary>Keys, patterns and tags that are invalidated together, in each of the ways, reach the copies of every process.</summary>
public sealed class InvalidationReachTests
{
    private static readonly string[] s_keys = ["key", "pattern:1", "tagged"];

    [Theory]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.Broadcast)]
    [InlineData(RedisLocalCopies.Channel)]
    public Task An_immediate_invalidation_is_seen_everywhere(RedisLocalCopies copies) => ReachesAsync(copies, InvalidationMode.Immediate, hit => !hit.HasValue);

    [Theory]
    [Ledger(146)]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.Broadcast)]
    [InlineData(RedisLocalCopies.Channel)]
    public Task A_delayed_invalidation_is_seen_everywhere(RedisLocalCopies copies) =>
        ReachesAsync(copies, InvalidationMode.Delayed(TimeSpan.FromMilliseconds(200)), hit => !hit.HasValue);

    [Theory]
    [Ledger(146)]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.Broadcast)]
    [InlineData(RedisLocalCopies.Channel)]
    public Task What_is_marked_stale_is_stale_everywhere_and_still_there(RedisLocalCopies copies) => ReachesAsync(copies, InvalidationMode.Lazy, hit => hit is { HasValue: true, IsStale: true });

    private static async Task ReachesAsync(RedisLocalCopies copies, InvalidationMode mode, Func<CacheResult<int>, bool> isDone)
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = copies);
        var caches = new[] { await fleet.JoinAsync(), await fleet.JoinAsync(), await fleet.JoinAsync() };
        foreach (var key in s_keys)
        {
            await caches[0].SetAsync(key, 1, new CacheEntryOptions { TimeToLive = TimeSpan.FromMinutes(5), Tags = key == "tagged" ? ["tag"] : null });
        }

        foreach (var cache in caches)
        {
            foreach (var key in s_keys)
            {
                await cache.WarmAsync<int>(key);
            }
        }

        await caches[0].InvalidateAsync(new InvalidationGroup().AddKeys("key").AddPatterns("pattern:*").AddTags("tag"), mode);

        foreach (var cache in caches)
        {
            foreach (var key in s_keys)
            {
                await Deadline.TrueAsync(async () => isDone(await cache.GetAsync<int>(key)), $"{key} is seen to be invalidated");
            }
        }
    }
}
