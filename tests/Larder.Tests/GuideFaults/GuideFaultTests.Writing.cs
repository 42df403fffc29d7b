using System.Collections.Concurrent;
using Larder.Tests.Invalidation;
using Larder.Tests.Loading;

namespace Larder.Tests.GuideFaults;

/// <summary>Faults 15, 16, 21 and 34: writes through and behind, and warm-up.</summary>
public sealed partial class GuideFaultTests
{
    [Fact]
    [Ledger(136)]
    [LedgerFault(15)]
    public async Task Fault_15_two_updates_cannot_store_in_another_order_than_they_saved()
    {
        var rows = new ConcurrentDictionary<int, int>();
        var cache = _cache.For(CacheSource.Create<int, int>((key, _) => new(rows.GetValueOrDefault(key)), save: async (key, value, _, _) =>
        {
            await Task.Yield();
            rows[key] = value;
            await Task.Yield();
        }));

        for (var round = 0; round < 100; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(value => Task.Run(async () => await cache.SetAsync(1, value))));

            Assert.Equal(rows[1], await cache.GetAsync(1));
        }
    }

    [Fact]
    [LedgerFault(15)]
    public async Task Fault_15_an_error_of_the_cache_after_the_update_is_not_an_error_of_the_update()
    {
        var saved = 0;
        var store = new HookedStore(_clock);
        await using var over = Cache.Over(store, options => options.TimeProvider = _clock);
        var cache = over.For(CacheSource.Create<int, int>((_, _) => new(saved), save: (_, value, _, _) =>
        {
            saved = value;
            store.BeforeCommit = _ => throw new IOException("the cache is away");
            return default;
        }));

        await cache.SetAsync(1, 7);

        Assert.Equal(7, saved);
        store.Heal();
    }

    [Fact]
    [LedgerFault(16)]
    public async Task Fault_16_the_cache_shows_no_write_that_the_queue_has_not_accepted()
    {
        await using var cache = Behind((_, _) => default, options => (options.MaxQueued, options.WhenFull) = (1, QueueFullMode.Reject));
        await cache.SetAsync(1, "accepted");

        await Assert.ThrowsAsync<WriteQueueFullException>(() => cache.SetAsync(2, "refused").AsTask());

        Assert.False(await _cache.ExistsAsync("2"));
    }

    [Fact]
    [LedgerFault(16)]
    public async Task Fault_16_an_entry_that_is_evicted_before_the_flush_is_read_from_the_queue()
    {
        await using var cache = Behind((_, _) => default);
        await cache.SetAsync(1, "new");

        await _cache.ClearAsync();

        Assert.Equal("new", await cache.GetAsync(1));
    }

    [Fact]
    [LedgerFault(16)]
    public async Task Fault_16_what_the_database_never_gets_does_not_stay_in_the_cache()
    {
        await using var cache = Behind((_, _) => throw new FormatException("not this value"), options => (options.IsPoison, options.FlushInterval) = (_ => true, TimeSpan.Zero));
        await cache.SetAsync(1, "refused");

        await cache.DrainAsync();

        await Soon.TrueAsync(() => cache.WriteBehind!.DeadLettered == 1);
        Assert.Null(await cache.GetAsync(1));
    }

    [Fact]
    [LedgerFault(16)]
    public async Task Fault_16_the_queue_is_flushed_at_the_end()
    {
        var saved = new ConcurrentDictionary<int, string>();
        await using (var cache = Behind((key, value) =>
        {
            saved[key] = value;
            return default;
        }))
        {
            await cache.SetAsync(1, "kept");
        }

        Assert.Equal("kept", saved[1]);
    }

    [Fact]
    [LedgerFault(21)]
    public async Task Fault_21_one_bad_row_does_not_end_a_warm_up()
    {
        var cache = _cache.For(CacheSource.Create<int, string>((key, _) => key == 3 ? throw new FormatException("row 3") : new($"row {key}")));

        var result = await cache.WarmUpAsync(Enumerable.Range(0, 10).ToAsyncEnumerable());

        Assert.Equal((9, 1), (result.Loaded, result.Failed));
    }

    [Fact]
    [Ledger(85)]
    [LedgerFault(34)]
    public async Task Fault_34_write_through_writes_to_the_source()
    {
        var saved = "";
        await _cache.For(CacheSource.Create<int, string>((_, _) => new((string?)null), save: (_, value, _, _) =>
        {
            saved = value;
            return default;
        })).SetAsync(1, "written");

        Assert.Equal("written", saved);
    }

    private SourceCache<int, string> Behind(Func<int, string, ValueTask> save, Action<WriteBehindOptions>? configure = null)
    {
        var options = new WriteBehindOptions { FlushInterval = TimeSpan.FromHours(1) };
        configure?.Invoke(options);
        return _cache.For(
            CacheSource.Create<int, string>((_, _) => new((string?)null), save: (key, value, _, _) => save(key, value)),
            new SourceCacheOptions { WriteBehind = options });
    }
}
