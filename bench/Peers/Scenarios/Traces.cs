using BitFaster.Caching.Lfu;
using BitFaster.Caching.Lru;
using BitFaster.Caching.Scheduler;
using Larder.HitRatio.Policies;
using Larder.HitRatio.Traces;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Peers.Scenarios;

/// <summary>
/// Hit ratios of the libraries themselves on traces of accesses. MemoryCache is what HybridCache and FusionCache keep their entries in; BitFaster.Caching has Caffeine's
/// policy for .NET.
/// </summary>
internal static class Traces
{
    private static readonly double[] s_percents = [0.5, 2, 10];

    private static readonly (string Name, Func<Trace, int, IPolicySimulator> Create)[] s_policies =
    [
        ("OPT (the clairvoyant bound)", (trace, capacity) => new Belady(capacity, trace.NextAccess)),
        ("LRU", (trace, capacity) => new LeastRecentlyUsed(capacity, trace.EqualWeights)),
        ("MemoryCache with `SizeLimit` (HybridCache, FusionCache)", (trace, capacity) => new Framework(capacity, trace)),
        ("BitFaster.Caching `ConcurrentLru`", (trace, capacity) => new BitFasterLru(capacity)),
        ("BitFaster.Caching `ConcurrentLfu`", (trace, capacity) => new BitFasterLfu(capacity)),
        ("Larder", (trace, capacity) => LarderCache.OfEntries(capacity, trace.Keys, trace.Objects)),
    ];

    public static Task Run(string? folder, bool isQuick)
    {
        var limit = isQuick ? 100_000 : int.MaxValue;
        var names = folder is null ? GeneratedTraces.Names : TraceFolder.Names(folder);
        var ratios = s_policies.Select(_ => new List<double>()).ToArray();
        foreach (var name in names)
        {
            var trace = folder is null ? GeneratedTraces.Read(name, limit) : TraceFolder.Read(folder, name, limit);
            foreach (var capacity in s_percents.Select(percent => (int)(trace.KeyCount * percent / 100)).Where(capacity => capacity >= 10))
            {
                for (var i = 0; i < s_policies.Length; i++)
                {
                    ratios[i].Add(Replay(trace, s_policies[i].Create(trace, capacity)));
                }
            }
        }

        Table.Head($"hit ratio, {names.Count} {(folder is null ? "generated" : "recorded")} traces at 0.5, 2 and 10 % of their keys ({ratios[0].Count} rows)", "mean, %", "gap to OPT, points", "rows more than 1 point below LRU");
        for (var i = 0; i < s_policies.Length; i++)
        {
            Table.Row(
                s_policies[i].Name,
                Table.Number(ratios[i].Average(), 2),
                Table.Number(ratios[0].Average() - ratios[i].Average(), 2),
                ratios[i].Zip(ratios[1], (own, lru) => lru - own > 1).Count(isBelow => isBelow));
        }

        return Task.CompletedTask;
    }

    private static double Replay(Trace trace, IPolicySimulator cache)
    {
        using var disposable = cache as IDisposable;
        return 100.0 * trace.Ids.Count(cache.Access) / trace.Ids.Length;
    }

    private sealed class Framework(int capacity, Trace trace) : IPolicySimulator, IDisposable
    {
        private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = capacity });

        public bool Access(int id)
        {
            if (_cache.TryGetValue(trace.Keys[id], out _))
            {
                return true;
            }

            _cache.Set(trace.Keys[id], trace.Objects[id], new MemoryCacheEntryOptions { Size = 1 });
            return false;
        }

        public void Dispose() => _cache.Dispose();
    }

    private sealed class BitFasterLru(int capacity) : IPolicySimulator
    {
        private readonly FastConcurrentLru<int, int> _cache = new(Math.Max(3, capacity));

        public bool Access(int id)
        {
            if (_cache.TryGet(id, out _))
            {
                return true;
            }

            _cache.AddOrUpdate(id, id);
            return false;
        }
    }

    private sealed class BitFasterLfu(int capacity) : IPolicySimulator
    {
        private readonly ConcurrentLfu<int, int> _cache = new(1, Math.Max(3, capacity), new ForegroundScheduler(), EqualityComparer<int>.Default);

        public bool Access(int id)
        {
            if (_cache.TryGet(id, out _))
            {
                return true;
            }

            _cache.AddOrUpdate(id, id);
            return false;
        }
    }
}
