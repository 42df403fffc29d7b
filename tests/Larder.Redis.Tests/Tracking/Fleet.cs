using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;

namespace Larder.Redis.Tests.Tracking;

/// <summary>
/// Caches that share a prefix in Redis and nothing else, each with connections and copies of its own: what an application has in several processes. Commands may take
/// long, and connections and copies are believed long, so that only tests about these limits meet them on a busy machine.
/// </summary>
/// <param name="address">Where the caches connect to, such as <c>127.0.0.1:6379</c>.</param>
/// <param name="configure">Settings of all caches.</param>
internal sealed class Fleet(string address, Action<RedisOptions>? configure = null) : IAsyncDisposable
{
    private readonly List<ICache> _caches = [];

    /// <summary>Gets what the keys of the caches begin with, but for the colon.</summary>
    public string Prefix { get; } = $"test-{Guid.NewGuid():N}";

    /// <summary>Gets the name of the connections of the cache that joined last.</summary>
    public string LastName => $"{Prefix}-{_caches.Count}";

    /// <summary>Makes a cache, and waits until it may keep copies if it is to keep any.</summary>
    public async Task<ICache> JoinAsync(Action<RedisOptions>? more = null, Action<CacheOptions>? options = null)
    {
        var cache = await Cache.ConnectAsync($"redis://{address}", settings =>
        {
            settings.Prefix = Prefix;
            settings.UseRedis(redis =>
            {
                (redis.ConnectTimeout, redis.CommandTimeout, redis.TrustPeriod, redis.HeartbeatInterval) = (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(15));
                configure?.Invoke(redis);
                more?.Invoke(redis);
                redis.ClientName = $"{Prefix}-{_caches.Count + 1}";
            });
            options?.Invoke(settings);
        });
        _caches.Add(cache);
        await cache.GetAsync<int>("a first read");
        await Deadline.TrueAsync(() => cache.Statistics.LocalCopies is not LocalCopies.Suspect, "copies may be kept");
        return cache;
    }

    /// <summary>Gets a key as the server has it.</summary>
    public string Key(string key) => $"{Prefix}:{key}";

    /// <summary>Gets the record of a tag as the server has it.</summary>
    public string TagKey(string tag) => $"{RedisTags.KeyPrefix(Prefix)}tag:{tag}";

    /// <summary>Gets the key that numbers the messages by which processes tell each other of changes.</summary>
    public string ChangesKey => $"{RedisTags.KeyPrefix(Prefix)}changes";

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in _caches)
        {
            await cache.DisposeAsync();
        }
    }
}
