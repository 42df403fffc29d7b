using System.Collections.Concurrent;
using Larder.Benchmarks;

namespace Larder.Throughput.Memory;

/// <summary>The bare dictionary: no expiry, no bound.</summary>
internal readonly struct DictionaryStore(ConcurrentDictionary<string, Product> dictionary) : IStore
{
    public bool Read(string key) => dictionary.TryGetValue(key, out var product) && product is not null;

    public void Write(string key, Product product) => dictionary[key] = product;
}
