using Larder.Benchmarks;

namespace Larder.Throughput.Memory;

internal readonly struct TypedCacheStore(ICache<Product> cache, TimeSpan timeToLive) : IStore
{
    public bool Read(string key)
    {
        var read = cache.GetAsync(key);
        return read.IsCompletedSuccessfully && read.Result.HasValue;
    }

    public void Write(string key, Product product)
    {
        var write = cache.SetAsync(key, product, timeToLive);
        if (!write.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("A write to memory completes at once.");
        }
    }
}
