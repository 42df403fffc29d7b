using Larder.Redis;

namespace Larder.Soak.WriteBehind;

/// <summary>What producers and workers have in common.</summary>
internal static class Setup
{
    /// <summary>Makes a cache as soon as Redis, which may have been killed just now, answers.</summary>
    public static async Task<ICache> ConnectAsync(string redis)
    {
        while (true)
        {
            try
            {
                return await Cache.ConnectAsync(redis, options => options.Prefix = "soak");
            }
            catch (CacheException)
            {
                await Task.Delay(50);
            }
        }
    }

    public static SourceCacheOptions Options(string redis, bool delivers) => new()
    {
        WriteBehind = new WriteBehindOptions
        {
            Journal = new RedisJournal("soak-journal", redis) { Partitions = 8, Lease = TimeSpan.FromSeconds(1) },
            FlushInterval = TimeSpan.FromMilliseconds(50),
            MaxQueued = 5_000,
            FullTimeout = TimeSpan.FromSeconds(30),
            Delivers = delivers,
        },
    };
}
