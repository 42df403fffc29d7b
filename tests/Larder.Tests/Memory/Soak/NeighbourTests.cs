using System.Globalization;
using Larder.Memory;
using Larder.Testing;
using Larder.Tests.Loading;
using Larder.Tests.Memory.Integrity;
using Larder.Tiers;

namespace Larder.Tests.Memory.Soak;

/// <summary>
/// Readers of entries that are there throughout, while others come and go in the same chains, slots are used again and tables grow: a miss would be a reader
/// that was led astray and believed it.
/// </summary>
[Collection(AloneCollection.Name)]
[Trait("Category", "Slow")]
public sealed class NeighbourTests
{
    private const int Anchors = 64;
    private const int Writers = 3;
    private const int Readers = 3;

    /// <summary>So long that comparing two of them takes a microsecond.</summary>
    private const int KeyLength = 16_000;

    /// <summary>1 second of the usual 20.</summary>
    private const double ShareOfSoak = 0.05;

    private static readonly string[] s_anchors = [.. Enumerable.Range(0, Anchors).Select(i => $"anchor:{i}")];

    [Theory]
    [Ledger(36)]
    [InlineData(EvictionPolicy.TinyLfu)]
    [InlineData(EvictionPolicy.Lru)]
    public async Task An_entry_that_is_there_throughout_is_found_whatever_its_neighbours_do(EvictionPolicy eviction)
    {
        var reads = 0L;
        var start = TimeProvider.System.GetTimestamp();
        do
        {
            // A new cache each time, because tables grow once.
            reads += await RunAsync(eviction);
        }
        while (TimeProvider.System.GetElapsedTime(start) < SoakSettings.Duration * ShareOfSoak);

        Assert.True(reads > 10_000, $"Only {reads} reads.");
    }

    /// <summary>
    /// Two keys of one hash, so that a reader of the one compares it with the other, which takes long as they differ only at the end. Meanwhile the other one's slot is
    /// given to a key of another chain, into which the reader then goes on.
    /// </summary>
    [Fact]
    public async Task An_entry_is_found_behind_one_whose_slot_is_given_to_another_chain()
    {
        var (stays, comes) = Twins();
        await using var cache = new EngineCache(new FakeTimeProvider(), options => (options.Memory.MaxEntries, options.MaxKeyLength) = (100, KeyLength));
        await cache.Cache.SetAsync("other", 0);
        await cache.Cache.SetAsync(stays, 0);
        var start = TimeProvider.System.GetTimestamp();
        bool IsOver() => TimeProvider.System.GetElapsedTime(start) > SoakSettings.Duration * ShareOfSoak;
        var writer = Thread(() =>
        {
            var rounds = 0L;
            for (; !IsOver() || rounds <= 1_000; rounds++)
            {
                Assert.True(cache.Cache.SetAsync(comes, 0).IsCompletedSuccessfully);
                Assert.True(cache.Cache.RemoveAsync(comes).Result);
                Assert.True(cache.Cache.SetAsync("elsewhere", 0).IsCompletedSuccessfully);
                Assert.True(cache.Cache.RemoveAsync("elsewhere").Result);
            }

            return rounds;
        });
        var reader = Thread(() =>
        {
            var reads = 0L;
            for (; !IsOver() || reads <= 1_000; reads++)
            {
                Assert.True(cache.Engine.TryGet(stays, ReadIntent.Peek, out _), $"It was missed after {reads} reads.");
            }

            return reads;
        });

        await Task.WhenAll(reader, writer);
        Assert.Empty(EngineIntegrity.Findings(cache));
    }

    private static (string First, string Second) Twins()
    {
        var seen = new Dictionary<uint, int>();
        Span<char> key = stackalloc char[KeyLength];
        key.Fill('k');
        for (var number = 0; ; number++)
        {
            number.TryFormat(key[(KeyLength - 10)..], out _, "D10", CultureInfo.InvariantCulture);
            var hash = KeyHash.Of(key);
            if (!seen.TryAdd(hash, number))
            {
                var second = key.ToString();
                seen[hash].TryFormat(key[(KeyLength - 10)..], out _, "D10", CultureInfo.InvariantCulture);
                return (key.ToString(), second);
            }
        }
    }

    private static async Task<long> RunAsync(EvictionPolicy eviction)
    {
        await using var cache = new EngineCache(new FakeTimeProvider(), options => (options.Memory.MaxEntries, options.Memory.Eviction) = (1_000_000, eviction));
        for (var i = 0; i < Anchors; i++)
        {
            await cache.Cache.SetAsync(s_anchors[i], i);
        }

        var writing = Writers;
        var writers = Enumerable.Range(0, Writers).Select(writer => Thread(() =>
        {
            try
            {
                Churn(cache.Cache, writer);
            }
            finally
            {
                Interlocked.Decrement(ref writing);
            }

            return 0;
        }));
        var readers = Enumerable.Range(0, Readers).Select(_ => Thread(() => Read(cache.Engine, () => Volatile.Read(ref writing) > 0)));
        var done = await Task.WhenAll([.. writers, .. readers]);
        Assert.Empty(EngineIntegrity.Findings(cache));
        return done.Sum();
    }

    private static Task<long> Thread(Func<long> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Stores and removes, more and more, so that slots are used again between two growths.</summary>
    private static void Churn(ICache cache, int writer)
    {
        for (var size = 1; size < 2_000; size += 1 + (size / 8))
        {
            for (var round = 0; round < 5; round++)
            {
                for (var i = 0; i < size; i++)
                {
                    Assert.True(cache.SetAsync($"{writer}:{size}:{round}:{i}", i).IsCompletedSuccessfully);
                }

                for (var i = round == 4 ? size / 2 : 0; i < size; i++)
                {
                    Assert.True(cache.RemoveAsync($"{writer}:{size}:{round}:{i}").Result);
                }
            }
        }
    }

    /// <summary>Reads on the road that decides what is a miss; the short one before it leaves that to it.</summary>
    private static long Read(MemoryEngine engine, Func<bool> goesOn)
    {
        var reads = 0L;
        while (goesOn())
        {
            for (var i = 0; i < Anchors; i++)
            {
                Assert.True(engine.TryGet(s_anchors[i], ReadIntent.Peek, out var hit), $"{s_anchors[i]} was missed.");
                Assert.Equal(i, hit.Value);
                reads++;
            }
        }

        return reads;
    }
}
