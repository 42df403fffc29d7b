using Larder.Tests.Loading;
using Larder.Tests.Statistics;

namespace Larder.Tests.Writing;

/// <summary>What a cache over a source refuses, how keys become text, and warm-up.</summary>
public sealed class SourceCacheTests : MemoryTest
{
    [Fact]
    public async Task Keys_become_the_same_text_in_every_culture()
    {
        var seen = new List<string>();
        var before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new("ar-SA") { NumberFormat = { NegativeSign = "~" } };
            await Cache.WithPrefix("n").For(CacheSource.Create<long, string>((key, _) => new($"{key == -5}"))).GetAsync(-5);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }

        await foreach (var key in Cache.KeysAsync())
        {
            seen.Add(key);
        }

        Assert.Equal(["n:-5"], seen);
    }

    [Fact]
    public void Keys_without_a_unique_text_need_one()
    {
        var source = CacheSource.Create<(int, int), string>((_, _) => new("value"));

        var refusal = Assert.Throws<ArgumentException>(() => Cache.For(source));

        Assert.Contains("keyText", refusal.Message, StringComparison.Ordinal);
        Cache.For(source, keyText: key => $"{key.Item1}:{key.Item2}").Dispose();
    }

    [Fact]
    public async Task A_source_that_only_loads_refuses_writes_and_says_what_to_do()
    {
        var cache = Cache.For(CacheSource.Create<int, string>((_, _) => new("value")));

        Assert.Contains("save", (await Assert.ThrowsAsync<NotSupportedException>(() => cache.SetAsync(1, "new").AsTask())).Message, StringComparison.Ordinal);
        Assert.Contains("delete", (await Assert.ThrowsAsync<NotSupportedException>(() => cache.RemoveAsync(1).AsTask())).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentNullException>(() => cache.SetAsync(1, null!).AsTask());
    }

    [Fact]
    public void Settings_out_of_their_range_are_refused_by_name()
    {
        AssertRefused("SaveTimeout", new SourceCacheOptions { SaveTimeout = TimeSpan.Zero });
        AssertRefused("BatchSize", Behind(new() { BatchSize = 0 }));
        AssertRefused("MaxQueued", Behind(new() { MaxQueued = 0 }));
        AssertRefused("MaxAttempts", Behind(new() { MaxAttempts = 0 }));
        AssertRefused("FlushInterval", Behind(new() { FlushInterval = TimeSpan.FromHours(2) }));
        AssertRefused("FullTimeout", Behind(new() { FullTimeout = TimeSpan.Zero }));
        AssertRefused("RetryDelay", Behind(new() { RetryDelay = TimeSpan.Zero }));
        AssertRefused("MaxRetryDelay", Behind(new() { MaxRetryDelay = TimeSpan.FromMilliseconds(1) }));
        AssertRefused("DrainTimeout", Behind(new() { DrainTimeout = TimeSpan.FromSeconds(-1) }));
        AssertRefused("WhenFull", Behind(new() { WhenFull = (QueueFullMode)9 }));
        AssertRefused("Delivers", Behind(new() { Delivers = false }));
    }

    [Fact]
    [Ledger(122)]
    [LedgerFault(21)]
    public async Task Warming_up_loads_in_batches_and_counts_what_fails()
    {
        var calls = 0;
        var cache = Cache.For(CacheSource.Create<int, string>(
            (key, _) => key == 7 ? throw new IOException("row 7 is damaged") : new(key == 9 ? null : $"row {key}"),
            loadMany: (keys, _) =>
            {
                Interlocked.Increment(ref calls);
                return keys.Contains(7) ? throw new IOException("row 7 is damaged") : new(keys.Where(key => key != 9).ToDictionary(key => key, key => $"row {key}"));
            }));

        var result = await cache.WarmUpAsync(Enumerable.Range(0, 20).ToAsyncEnumerable(), new WarmUpOptions { BatchSize = 5, Parallelism = 2 });

        Assert.Equal((18, 1, 1), (result.Loaded, result.Absent, result.Failed));
        Assert.Equal(4, calls);
        Assert.Equal("row 13", (await Cache.GetAsync<string>("13")).Value);
    }

    [Fact]
    [Ledger(122)]
    public async Task Warming_up_runs_no_more_calls_at_once_than_it_is_told_to()
    {
        var (running, most) = (0, 0);
        var cache = Cache.For(CacheSource.Create<int, string>(
            (key, _) => new("value"),
            loadMany: async (keys, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await Task.Delay(5);
                Interlocked.Decrement(ref running);
                return keys.ToDictionary(key => key, _ => "value");
            }));

        await cache.WarmUpAsync(Enumerable.Range(0, 40).ToAsyncEnumerable(), new WarmUpOptions { BatchSize = 2, Parallelism = 3 });

        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task The_statistics_and_the_meter_tell_of_write_behind()
    {
        await using var named = new NamedCache();
        using var meter = new MeterLog(named.Name, "larder.write_behind.queued", "larder.write_behind.failures");
        await using var cache = named.Cache.For(new RecordingSource(), new SourceCacheOptions { WriteBehind = new WriteBehindOptions { FlushInterval = TimeSpan.FromHours(1) } });
        await cache.SetAsync("a", 1);
        await Soon.TrueAsync(() => cache.WriteBehind!.Queued == 1);

        var measured = meter.Collect();

        Assert.Equal(1, measured["larder.write_behind.queued Int32"]);
        Assert.Equal(0, measured["larder.write_behind.failures Int32"]);
        Assert.Equal(1, cache.WriteBehind!.Accepted);
    }

    private static SourceCacheOptions Behind(WriteBehindOptions options) => new() { WriteBehind = options };

    private void AssertRefused(string setting, SourceCacheOptions options)
    {
        var refusal = Assert.ThrowsAny<ArgumentException>(() => Cache.For(CacheSource.Create<int, string>((_, _) => new("value")), options));
        Assert.Contains(setting, refusal.Message, StringComparison.Ordinal);
    }
}
