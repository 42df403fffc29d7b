using System.Diagnostics.Metrics;

namespace Larder.Tests.Statistics;

public sealed class MetricTests
{
    [Fact]
    [Ledger(180)]
    public async Task The_instruments_have_their_names_kinds_and_units()
    {
        // The first cache of the process makes the instruments.
        await using var metered = new NamedCache();
        using var log = new MeterLog("none");
        var found = log.Instruments.Values.Select(instrument => (instrument.Name, instrument.GetType().Name.Split('`')[0], instrument.Unit)).Order();
        Assert.Equal(
            [
                ("larder.entries", nameof(ObservableUpDownCounter<long>), "{entry}"),
                ("larder.errors", nameof(ObservableCounter<long>), "{error}"),
                ("larder.evictions", nameof(ObservableCounter<long>), "{entry}"),
                ("larder.invalidations.pending", nameof(ObservableUpDownCounter<long>), "{invalidation}"),
                ("larder.load.duration", nameof(Histogram<double>), "s"),
                ("larder.loads", nameof(ObservableCounter<long>), "{load}"),
                ("larder.loads.failed", nameof(ObservableCounter<long>), "{load}"),
                ("larder.loads.joined", nameof(ObservableCounter<long>), "{request}"),
                ("larder.local.invalidations", nameof(ObservableCounter<long>), "{invalidation}"),
                ("larder.local.suspicions", nameof(ObservableCounter<long>), "{suspicion}"),
                ("larder.operation.duration", nameof(Histogram<double>), "s"),
                ("larder.rate_limit.leases", nameof(Counter<long>), "{lease}"),
                ("larder.redis.duration", nameof(Histogram<double>), "s"),
                ("larder.requests", nameof(ObservableCounter<long>), "{request}"),
                ("larder.shared.reads", nameof(ObservableCounter<long>), "{request}"),
                ("larder.size", nameof(ObservableUpDownCounter<long>), "By"),
                ("larder.store.operations", nameof(ObservableCounter<long>), "{operation}"),
                ("larder.write_behind.failures", nameof(ObservableCounter<long>), "{call}"),
                ("larder.write_behind.lag", nameof(ObservableGauge<double>), "s"),
                ("larder.write_behind.queued", nameof(ObservableUpDownCounter<long>), "{write}"),
                ("larder.write_behind.writes", nameof(ObservableCounter<long>), "{write}"),
            ],
            found);
        Assert.All(log.Instruments.Values, instrument => Assert.False(string.IsNullOrEmpty(instrument.Description)));
    }

    [Fact]
    [Ledger(175)]
    public async Task Requests_are_counted_by_outcome()
    {
        await using var metered = new NamedCache();
        using var log = new MeterLog(metered.Name, "larder.requests");
        await metered.Cache.SetAsync("key", 1);
        await metered.Cache.GetAsync<int>("key");
        await metered.Cache.GetAsync<int>("key");
        await metered.Cache.GetAsync<int>("absent");
        await metered.Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);
        await metered.Cache.GetAsync<int>("key");

        Assert.Equal(new() { ["larder.requests hit"] = 2, ["larder.requests stale"] = 1, ["larder.requests miss"] = 1 }, log.Collect());
    }

    [Fact]
    public async Task Loads_are_counted_and_failed_ones_by_kind()
    {
        await using var metered = new NamedCache();
        using var log = new MeterLog(metered.Name, "larder.loads", "larder.loads.failed", "larder.loads.joined");
        await metered.Cache.GetOrCreateAsync("a", static _ => new ValueTask<int>(1));
        await Assert.ThrowsAsync<FormatException>(async () => await metered.Cache.GetOrCreateAsync<int>("b", static _ => throw new FormatException()));
        var endless = new TaskCompletionSource<int>();
        var first = metered.Cache.GetOrCreateAsync("c", _ => new ValueTask<int>(endless.Task)).AsTask();
        var second = metered.Cache.GetOrCreateAsync("c", _ => new ValueTask<int>(endless.Task)).AsTask();
        metered.Clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => first);
        await Assert.ThrowsAsync<LoadTimeoutException>(() => second);
        endless.SetCanceled();

        Assert.Equal(
            new() { ["larder.loads"] = 3, ["larder.loads.failed loader"] = 1, ["larder.loads.failed timeout"] = 1, ["larder.loads.joined"] = 1 },
            log.Collect());
    }

    [Fact]
    [Ledger(182, 190)]
    public async Task Evictions_are_counted_by_reason()
    {
        await using var metered = new NamedCache(options => (options.Memory.MaxEntries, options.Memory.MaxBytes) = (2, 65_536));
        using var log = new MeterLog(metered.Name, "larder.evictions");
        var cache = metered.Cache;
        foreach (var key in (string[])["a", "b", "c"])
        {
            await cache.SetAsync(key, 1, TimeSpan.FromSeconds(1));
        }

        await cache.SetAsync("large", new byte[100_000]);
        metered.Clock.Advance(TimeSpan.FromMinutes(1));
        await cache.SetAsync("heavy", new byte[40_000]);
        await cache.SetAsync("heavier", new byte[50_000], new() { Tags = ["tag"] });
        await cache.RemoveByTagAsync("tag");
        metered.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(
            new()
            {
                ["larder.evictions entry_limit"] = 1,
                ["larder.evictions too_large"] = 1,
                ["larder.evictions expired"] = 2,
                ["larder.evictions byte_limit"] = 1,
                ["larder.evictions tag_invalidated"] = 1,
                ["larder.evictions memory_pressure"] = 0,
            },
            log.Collect());
    }

    [Fact]
    [Ledger(172)]
    public async Task Errors_are_counted_by_kind()
    {
        await using var metered = new NamedCache();
        using var log = new MeterLog(metered.Name, "larder.errors");
        metered.Cache.Events.Invalidated += static _ => throw new FormatException();
        await metered.Cache.SetAsync("key", "text");
        await metered.Cache.GetAsync<int>("key");
        await metered.Cache.RemoveAsync("key");

        Assert.Equal(
            new()
            {
                ["larder.errors type_mismatch"] = 1,
                ["larder.errors bad_entry"] = 0,
                ["larder.errors tier"] = 0,
                ["larder.errors deferred"] = 0,
                ["larder.errors event_handler"] = 1,
            },
            log.Collect());
    }

    [Fact]
    [Ledger(93, 182)]
    public async Task Entries_and_size_go_up_and_down()
    {
        await using var metered = new NamedCache(options => options.Memory.Weigher = static (_, _) => 10);
        using var log = new MeterLog(metered.Name, "larder.entries", "larder.size");
        await metered.Cache.SetManyAsync<int>([new("a", 1), new("b", 2)]);
        Assert.Equal(new() { ["larder.entries"] = 2, ["larder.size"] = 20 }, log.Collect());
        await metered.Cache.RemoveAsync("a");
        Assert.Equal(new() { ["larder.entries"] = 1, ["larder.size"] = 10 }, log.Collect());
    }

    [Fact]
    public async Task A_disposed_cache_is_no_longer_measured()
    {
        var metered = new NamedCache();
        using var log = new MeterLog(metered.Name, "larder.entries");
        Assert.Single(log.Collect());
        await metered.DisposeAsync();
        Assert.Empty(log.Collect());
    }

    [Fact]
    [Ledger(178)]
    public async Task The_time_of_loads_is_measured_in_seconds()
    {
        await using var metered = new NamedCache();
        using var log = new MeterLog(metered.Name, "larder.load.duration");
        await metered.Cache.GetOrCreateAsync("a", _ =>
        {
            metered.Clock.Advance(TimeSpan.FromMilliseconds(250));
            return new ValueTask<int>(1);
        });
        await Assert.ThrowsAsync<FormatException>(async () => await metered.Cache.GetOrCreateAsync<int>("b", _ =>
        {
            metered.Clock.Advance(TimeSpan.FromSeconds(2));
            throw new FormatException();
        }));
        await metered.Cache.GetOrCreateAsync("a", static _ => new ValueTask<int>(1));

        Assert.Equal([("success", 0.25), ("failure", 2)], log.Of("larder.load.duration"));
    }

    [Fact]
    [Ledger(176, 178)]
    public async Task The_time_of_operations_is_measured_with_the_wait_for_loads()
    {
        await using var metered = new NamedCache();
        using var log = new MeterLog(metered.Name, "larder.operation.duration");
        await metered.Cache.GetOrCreateAsync("a", _ =>
        {
            metered.Clock.Advance(TimeSpan.FromMilliseconds(250));
            return new ValueTask<int>(1);
        });
        await metered.Cache.GetAsync<int>("a");
        await metered.Cache.SetAsync("a", 2);
        await metered.Cache.RemoveAsync("a");
        await metered.Cache.GetAsync<int>("a");

        Assert.Equal([("get_or_create", 0.25), ("get", 0), ("set", 0), ("remove", 0), ("get", 0)], log.Of("larder.operation.duration"));
    }

    [Fact]
    public async Task Operations_give_the_same_results_while_somebody_listens()
    {
        await using var metered = new NamedCache();
        using var log = new MeterLog(metered.Name);
        await metered.Cache.SetAsync("key", 1);
        Assert.Equal(1, (await metered.Cache.GetAsync<int>("key")).Value);
        Assert.Equal(1, await metered.Cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(2)));
        Assert.True(await metered.Cache.RemoveAsync("key"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await metered.Cache.GetAsync<int>(""));
        Assert.Equal((2, 0), (metered.Cache.Statistics.Snapshot().FreshHits, metered.Cache.Statistics.Snapshot().Misses));
    }
}
