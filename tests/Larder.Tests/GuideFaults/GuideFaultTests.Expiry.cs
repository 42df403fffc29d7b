using Larder.Testing;
using Larder.Tests.Invalidation;

namespace Larder.Tests.GuideFaults;

/// <summary>Faults 3 to 7, 14, 30, 34, 39, 44, 52 and 54: expiry, times to live, bounds.</summary>
public sealed partial class GuideFaultTests
{
    [Fact]
    [LedgerFault(3)]
    public async Task Fault_03_add_does_not_take_an_expired_entry_for_present()
    {
        await _cache.SetAsync("key", 1, TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _cache.Statistics.Entries);

        Assert.True(await _cache.AddAsync("key", 2));
        Assert.Equal(2, (await _cache.GetAsync<int>("key")).Value);
    }

    [Fact]
    [LedgerFault(3)]
    public async Task Fault_03_add_exchange_and_increment_are_each_one_step()
    {
        var added = 0;
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        await Task.WhenAll(Enumerable.Range(1, 50).Select(caller => Task.Run(async () =>
        {
            if (await _cache.AddAsync("added", caller))
            {
                Interlocked.Increment(ref added);
            }

            await _cache.IncrementAsync("counter");
            seen.Add((await _cache.ExchangeAsync("exchanged", caller)).GetValueOrDefault());
        })));

        Assert.Equal(1, added);
        Assert.Equal(50, (await _cache.GetAsync<int>("counter")).Value);
        seen.Add((await _cache.GetAsync<int>("exchanged")).Value);
        Assert.Equal(Enumerable.Range(0, 51), seen.Order());
    }

    [Fact]
    [LedgerFault(4)]
    public async Task Fault_04_expire_and_persist_do_not_raise_an_expired_entry()
    {
        await _cache.SetAsync("key", 1, TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _cache.Statistics.Entries);

        Assert.False(await _cache.ExpireAsync("key", TimeSpan.FromHours(1)));
        Assert.False(await _cache.PersistAsync("key"));
        Assert.False(await _cache.ReplaceAsync("key", 2));
        Assert.False((await _cache.GetAsync<int>("key")).HasValue);
    }

    [Fact]
    [LedgerFault(5)]
    public async Task Fault_05_expired_entries_leave_memory_with_nobody_reading_or_starting_a_worker()
    {
        for (var i = 0; i < 8; i++)
        {
            await _cache.SetAsync($"key:{i}", new byte[1000], i < 5 ? TimeSpan.FromSeconds(1) : CacheTtl.Never);
        }

        var before = _cache.Statistics.Bytes;
        _clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(3, _cache.Statistics.Entries);
        Assert.True(_cache.Statistics.Bytes < before * 0.5);
        Assert.Equal(5, _cache.Statistics.Snapshot().SweptEntries);
    }

    [Fact]
    [LedgerFault(5)]
    public async Task Fault_05_the_memory_of_a_swept_value_is_free_for_the_collector()
    {
        var value = await StoreAsync();
        _clock.Advance(TimeSpan.FromSeconds(61));

        for (var i = 0; i < 10 && value.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(1);
        }

        Assert.False(value.IsAlive);

        async Task<WeakReference> StoreAsync()
        {
            var stored = new byte[1000];
            await _cache.SetAsync("key", stored, TimeSpan.FromSeconds(1));
            return new WeakReference(stored);
        }
    }

    [Fact]
    [LedgerFault(5)]
    public async Task Fault_05_count_and_keys_agree_before_the_sweep_and_after_it()
    {
        for (var i = 0; i < 8; i++)
        {
            await _cache.SetAsync($"key:{i}", i, i < 5 ? TimeSpan.FromSeconds(1) : CacheTtl.Never);
        }

        foreach (var moment in new[] { TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60) })
        {
            _clock.Advance(moment);
            Assert.Equal(3, await _cache.CountAsync());
            Assert.Equal(3, await _cache.KeysAsync().CountAsync());
        }
    }

    [Fact]
    [LedgerFault(6)]
    public async Task Fault_06_absent_expired_permanent_and_limited_entries_are_told_apart_alike_on_every_tier()
    {
        await using var over = Cache.Over(new HookedStore(_clock), options => options.TimeProvider = _clock);
        foreach (var cache in new[] { _cache, over })
        {
            await cache.SetAsync("permanent", 1, CacheTtl.Never);
            await cache.SetAsync("limited", 1, TimeSpan.FromSeconds(10));
            await cache.SetAsync("expired", 1, TimeSpan.FromSeconds(1));
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var cache in new[] { _cache, over })
        {
            Assert.Equal(EntryTimeToLive.Absent, await cache.GetTimeToLiveAsync("absent"));
            Assert.Equal(EntryTimeToLive.Absent, await cache.GetTimeToLiveAsync("expired"));
            Assert.Equal(EntryTimeToLive.NoExpiry, await cache.GetTimeToLiveAsync("permanent"));
            Assert.Equal(new EntryTimeToLive(Exists: true, TimeSpan.FromSeconds(9)), await cache.GetTimeToLiveAsync("limited"));
        }
    }

    [Fact]
    [LedgerFault(7)]
    public async Task Fault_07_less_than_a_second_is_not_nothing()
    {
        await _cache.SetAsync("key", 1, TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromMilliseconds(999));

        Assert.Equal(TimeSpan.FromMilliseconds(1), (await _cache.GetTimeToLiveAsync("key")).Remaining);
        Assert.Equal(TimeSpan.FromMilliseconds(1), (await _cache.GetAsync<int>("key")).TimeToLive);
    }

    [Fact]
    [LedgerFault(14)]
    public async Task Fault_14_a_time_to_live_of_half_a_second_is_kept_to_the_millisecond()
    {
        await using var over = Cache.Over(new HookedStore(_clock), options => options.TimeProvider = _clock);
        await _cache.SetAsync("key", 1, TimeSpan.FromMilliseconds(500));
        await over.SetAsync("key", 1, TimeSpan.FromMilliseconds(500));
        _clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.True(await _cache.ExistsAsync("key"));
        Assert.True(await over.ExistsAsync("key"));
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.False(await _cache.ExistsAsync("key"));
        Assert.False(await over.ExistsAsync("key"));
    }

    [Fact]
    [LedgerFault(30)]
    public async Task Fault_30_what_is_not_there_is_asked_for_once_and_an_insert_ends_that()
    {
        var policy = new CachePolicy { NegativeTimeToLive = TimeSpan.FromSeconds(30) };
        var asked = 0;
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(await _cache.GetOrCreateAsync("user:unknown", _ =>
            {
                asked++;
                return new ValueTask<string?>((string?)null);
            }, policy));
        }

        Assert.Equal(1, asked);
        await _cache.RemoveAsync("user:unknown");
        Assert.Equal("inserted", await _cache.GetOrCreateAsync("user:unknown", _ => new ValueTask<string?>("inserted"), policy));
    }

    [Fact]
    [Ledger(83)]
    [LedgerFault(34)]
    public async Task Fault_34_the_limit_of_entries_holds_and_the_least_recently_used_goes_first()
    {
        await using var cache = Cache.InMemory(options => (options.Memory.MaxEntries, options.Memory.Eviction) = (10, EvictionPolicy.Lru));
        for (var i = 0; i < 10; i++)
        {
            await cache.SetAsync($"key:{i}", i);
        }

        Assert.True((await cache.GetAsync<int>("key:0")).HasValue);
        await cache.SetAsync("key:10", 10);

        Assert.Equal(10, await cache.CountAsync());
        Assert.True(await cache.ExistsAsync("key:0"));
        Assert.False(await cache.ExistsAsync("key:1"));
    }

    [Fact]
    [Ledger(43)]
    [LedgerFault(39)]
    public async Task Fault_39_no_expiry_is_said_and_zero_is_neither_that_nor_the_default()
    {
        await _cache.SetAsync("never", 1, CacheTtl.Never);
        await _cache.SetAsync("default", 1);

        Assert.Equal(EntryTimeToLive.NoExpiry, await _cache.GetTimeToLiveAsync("never"));
        Assert.Equal(CacheTtl.Short, (await _cache.GetTimeToLiveAsync("default")).Remaining);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _cache.SetAsync("zero", 1, TimeSpan.Zero).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _cache.ExpireAsync("never", TimeSpan.Zero).AsTask());
        Assert.False(await _cache.ExistsAsync("zero"));
    }

    [Fact]
    [Ledger(81)]
    [LedgerFault(44)]
    public async Task Fault_44_a_stream_of_keys_that_are_never_read_again_does_not_grow_memory()
    {
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                await _cache.SetAsync($"key:{round}:{i}", i, new CacheEntryOptions { TimeToLive = TimeSpan.FromSeconds(5), Tags = [$"tag:{round}:{i}"] });
            }

            _clock.Advance(TimeSpan.FromSeconds(61));
        }

        Assert.Equal(0, _cache.Statistics.Entries);
        Assert.Equal(0, _cache.Statistics.Bytes);
        Assert.Equal(2000, _cache.Statistics.Snapshot().ExpiredEvictions);

        // Neither tags nor anything else is left that the sweep would have to come back for.
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    [LedgerFault(52)]
    public async Task Fault_52_reading_a_session_prolongs_it_in_one_step_and_never_raises_an_expired_one()
    {
        var session = new CachePolicy { SlidingExpiration = TimeSpan.FromMinutes(30) };
        await _cache.SetAsync("session", "user", session);
        _clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(TimeSpan.FromMinutes(30), (await _cache.GetAsync<string>("session")).TimeToLive);
        Assert.Equal(TimeSpan.FromMinutes(30), (await _cache.GetTimeToLiveAsync("session")).Remaining);

        _clock.Advance(TimeSpan.FromMinutes(30));
        Assert.False((await _cache.GetAsync<string>("session")).HasValue);
        Assert.False((await _cache.GetAsync<string>("session")).HasValue);
    }

    [Fact]
    [Ledger(77)]
    [LedgerFault(54)]
    public async Task Fault_54_there_is_one_default_time_to_live_for_all_ways_to_store()
    {
        await _cache.SetAsync("set", 1);
        await _cache.GetOrCreateAsync("loaded", _ => new ValueTask<int>(1));
        await _cache.IncrementAsync("counter");
        await _cache.CreateTransaction().Set("transaction", 1).CommitAsync();
        await using var over = Cache.Over(new HookedStore(_clock), options => options.TimeProvider = _clock);
        await over.SetAsync("set", 1);

        Assert.Equal(TimeSpan.FromMinutes(5), CacheTtl.Short);
        Assert.Equal(CacheTtl.Short, new CacheOptions().TimeToLive);
        foreach (var key in new[] { "set", "loaded", "counter", "transaction" })
        {
            Assert.Equal(CacheTtl.Short, (await _cache.GetTimeToLiveAsync(key)).Remaining);
        }

        Assert.Equal(CacheTtl.Short, (await over.GetTimeToLiveAsync("set")).Remaining);
    }
}
