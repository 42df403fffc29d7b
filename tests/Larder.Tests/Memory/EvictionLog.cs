using System.Collections.Concurrent;

namespace Larder.Tests.Memory;

/// <summary>The evictions that a cache has reported, in their order.</summary>
internal sealed class EvictionLog
{
    private readonly ConcurrentQueue<CacheEviction> _evictions = new();

    public EvictionLog(ICache cache) => cache.Events.Evicted += _evictions.Enqueue;

    public IEnumerable<CacheEviction> All => _evictions;

    public IEnumerable<string> Keys => _evictions.Select(eviction => eviction.Key);

    public IEnumerable<string> KeysOf(EvictionReason reason) => _evictions.Where(eviction => eviction.Reason == reason).Select(eviction => eviction.Key);
}
