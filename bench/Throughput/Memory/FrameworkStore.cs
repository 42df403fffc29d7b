using Larder.Benchmarks;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Throughput.Memory;

internal readonly struct FrameworkStore(MemoryCache cache, TimeSpan timeToLive) : IStore
{
    public bool Read(string key) => cache.TryGetValue(key, out Product? product) && product is not null;

    public void Write(string key, Product product) => cache.Set(key, product, timeToLive);
}
