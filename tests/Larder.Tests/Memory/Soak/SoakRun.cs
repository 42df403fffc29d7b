using Larder.Testing;
using Larder.Testing.Conformance;
using Larder.Tests.Memory.Integrity;

namespace Larder.Tests.Memory.Soak;

/// <summary>Random operations on one cache from many threads for a while, and then everything that must hold when they are over.</summary>
internal sealed class SoakRun(SoakSetup setup, int seed)
{
    private const int Workers = 6;

    private readonly FakeTimeProvider _clock = new();
    private long _evictions;
    private volatile bool _isAtRest;

    /// <summary>Runs.</summary>
    /// <returns>How many operations were done.</returns>
    public async Task<long> RunAsync(TimeSpan duration)
    {
        await using var cache = new EngineCache(_clock, options =>
        {
            setup.Configure(options);
            options.Memory.IsMemoryShort = () => !_isAtRest;
        });
        cache.Cache.Events.Evicted += _ => Interlocked.Increment(ref _evictions);
        var start = TimeProvider.System.GetTimestamp();
        bool IsOver() => TimeProvider.System.GetElapsedTime(start) >= duration;

        var traffic = Enumerable.Range(0, Workers).Select(worker => new SoakTraffic(cache.Cache, setup.Keys, (seed * Workers) + worker)).ToArray();
        var time = Task.Run(() => MoveTimeAsync(cache, IsOver));
        await Task.WhenAll([time, .. traffic.Select(worker => worker.RunAsync(IsOver))]);

        _isAtRest = true;
        await CheckAtRestAsync(cache, traffic.Sum(worker => worker.Reads));
        await CheckEmptiesAsync(cache);
        return traffic.Sum(worker => worker.Operations);
    }

    private async Task MoveTimeAsync(EngineCache cache, Func<bool> isOver)
    {
        var random = new Random(seed);
        while (!isOver())
        {
            _clock.Advance(TimeSpan.FromMilliseconds(random.Next(30)));
            Invariants.Check(cache.Cache.Statistics.Snapshot());
            if (random.Next(50) == 0)
            {
                cache.Engine.TrimIfMemoryIsShort();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1));
        }
    }

    private async Task CheckAtRestAsync(EngineCache cache, long reads)
    {
        // A refresh in the background may still be under way, or room be made after a collection of the process.
        await SoonAsync(() => cache.Engine.Shards.All(shard => shard.Fills.IsEmpty) && EngineIntegrity.Findings(cache) is [] && Interlocked.Read(ref _evictions) == cache.Cache.Statistics.Snapshot().Evictions);
        Assert.Empty(EngineIntegrity.Findings(cache));
        var statistics = cache.Cache.Statistics.Snapshot();
        Invariants.Check(statistics);
        Assert.Equal(reads, statistics.Hits + statistics.Misses);
        Assert.Equal(0, statistics.TypeMismatches);
        Assert.Equal(Interlocked.Read(ref _evictions), statistics.Evictions);
        Assert.True(statistics.Hits > 0 && statistics.Misses > 0 && statistics.Evictions > 0 && statistics.Loads > 0, $"The traffic is too tame: {statistics}.");
    }

    /// <summary>Only what never expires outlives time, and nothing outlives a clear.</summary>
    private async Task CheckEmptiesAsync(EngineCache cache)
    {
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(EngineIntegrity.Findings(cache));
        Assert.Equal(cache.Engine.Count, await cache.Cache.CountAsync());
        await foreach (var key in cache.Cache.KeysAsync())
        {
            Assert.Equal(EntryTimeToLive.NoExpiry, await cache.Cache.GetTimeToLiveAsync(key));
        }

        await cache.Cache.ClearAsync();
        await SoonAsync(() =>
        {
            _clock.Advance(TimeSpan.FromHours(1));
            return (cache.Engine.Count, cache.Engine.Bytes, cache.Engine.TagCount) == (0, 0, 0);
        });
        Assert.Empty(EngineIntegrity.Findings(cache));
        Assert.Equal((0, 0, 0), (cache.Engine.Count, cache.Engine.Bytes, cache.Engine.TagCount));
        Assert.All(cache.Engine.Shards, shard => Assert.True(shard.Slots.Length <= 64, $"{shard.Slots.Length} slots of an empty shard"));
    }

    /// <summary>Waits until something holds, and not for ever: what asks says what is wrong.</summary>
    private static async Task SoonAsync(Func<bool> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!holds() && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1));
        }
    }
}
