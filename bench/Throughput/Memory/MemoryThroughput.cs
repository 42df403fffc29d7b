using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using Larder.Benchmarks;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Throughput.Memory;

/// <summary>Threads that read and write entries that are there, keys by Zipf's law.</summary>
internal static class MemoryThroughput
{
    private const int Entries = 100_000;
    private const int Lookups = 1 << 20;
    private const int OperationsPerBurst = 400_000;

    private static readonly TimeSpan s_timeToLive = TimeSpan.FromHours(1);

    private static readonly int[] s_readPercents = [100, 95, 75, 50];

    public static void Run(ThroughputOptions options)
    {
        var keys = KeySet.Zipf(Entries, Lookups);
        using var framework = new MemoryCache(new MemoryCacheOptions());
        using var plain = Cache.InMemory(Unbounded);
        using var other = Cache.InMemory(Unbounded);
        var dictionary = new DictionaryStore(new ConcurrentDictionary<string, Product>(StringComparer.Ordinal));
        var framed = new FrameworkStore(framework, s_timeToLive);
        var cache = new CacheStore(plain, s_timeToLive);
        var typed = new TypedCacheStore(other.For<Product>(), s_timeToLive);
        Fill(dictionary, keys);
        Fill(framed, keys);
        Fill(cache, keys);
        Fill(typed, keys);

        Print($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, {Entries:N0} entries, {options.Rounds} bursts each");
        Print($"");
        Print($"| threads | reads / writes | `ConcurrentDictionary`, million operations per second | `MemoryCache`, ratio | `ICache`, ratio | `ICache<T>`, ratio |");
        Print($"|--:|--:|--:|--:|--:|--:|");
        foreach (var threads in options.Threads)
        {
            using var crew = new Crew(threads);
            foreach (var reads in s_readPercents)
            {
                ICandidate[] candidates =
                [
                    new Mix<DictionaryStore>(dictionary, keys, reads, threads),
                    new Mix<FrameworkStore>(framed, keys, reads, threads),
                    new Mix<CacheStore>(cache, keys, reads, threads),
                    new Mix<TypedCacheStore>(typed, keys, reads, threads),
                ];
                var found = PairedBursts.Measure(crew, threads, candidates, OperationsPerBurst, options.Rounds);
                Print($"| {threads} | {reads} / {100 - reads} | {found[0].PerSecond / 1e6:F1} | {found[1].Ratio:F2} | {found[2].Ratio:F2} | {found[3].Ratio:F2} |");
            }
        }
    }

    private static void Unbounded(CacheOptions options) => (options.Memory.MaxEntries, options.Memory.MaxBytes) = (10 * Entries, 1L << 40);

    private static void Fill<TStore>(TStore store, KeySet keys)
        where TStore : struct, IStore
    {
        foreach (var key in keys.Stored)
        {
            store.Write(key, new Product(1, "name"));
        }
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
