namespace Larder.Tests.Statistics;

/// <summary>What each way to write and to remove counts, exactly.</summary>
public sealed class WriteCountTests : MemoryTest
{
    public static TheoryData<string> Sets => new(s_sets.Keys);

    private static readonly IReadOnlyDictionary<string, Func<ICache, Task>> s_sets = new Dictionary<string, Func<ICache, Task>>
    {
        ["Set"] = cache => cache.SetAsync("key", 2).AsTask(),
        ["Replace"] = cache => cache.ReplaceAsync("key", 2).AsTask(),
        ["Exchange"] = cache => cache.ExchangeAsync("key", 2).AsTask(),
        ["Add"] = cache => cache.AddAsync("other", 2).AsTask(),
        ["CompareAndSet"] = cache => cache.CompareAndSetAsync("other", 2, 0).AsTask(),
        ["Update"] = cache => cache.UpdateAsync<int>("key", static _ => 2).AsTask(),
        ["Increment"] = cache => cache.IncrementAsync("key").AsTask(),
        ["Decrement of an absent one"] = cache => cache.DecrementAsync("other").AsTask(),
        ["SetMany"] = cache => cache.SetManyAsync<int>([new("key", 2)]).AsTask(),
        ["Transaction"] = cache => cache.CreateTransaction().Set("key", 2).CommitAsync().AsTask(),
    };

    [Theory]
    [Ledger(176)]
    [MemberData(nameof(Sets))]
    public async Task A_write_counts_one_set_and_no_read(string set)
    {
        await Cache.SetAsync("key", 1);
        var before = Cache.Statistics.Snapshot();
        await s_sets[set](Cache);
        var since = Cache.Statistics.Since(before);
        Assert.Equal((1, 0, 0), (since.Sets, since.Reads, since.Removes));
    }

    [Fact]
    public async Task A_loaded_value_counts_no_set()
    {
        await Cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(1));
        Assert.Equal((0, 1), (Cache.Statistics.Snapshot().Sets, Cache.Statistics.Snapshot().Entries));
    }

    [Fact]
    public async Task A_write_that_a_condition_kept_from_happening_counts_nothing()
    {
        await Cache.SetAsync("key", 1);
        var before = Cache.Statistics.Snapshot();
        await Cache.AddAsync("key", 2);
        await Cache.ReplaceAsync("other", 2);
        await Cache.CompareAndSetAsync("key", 2, 12_345);
        await Cache.CompareAndRemoveAsync("key", 12_345);
        await Cache.CreateTransaction().RequireAbsent("key").Set("key", 2).Remove("other").CommitAsync();
        Assert.Equal(before, Cache.Statistics.Snapshot());
    }

    [Fact]
    [Ledger(176)]
    public async Task Removals_count_the_entries_that_were_there()
    {
        await Cache.SetManyAsync(Enumerable.Range(0, 10).Select(i => KeyValuePair.Create($"key:{i}", i)));
        await Cache.RemoveAsync("key:0");
        await Cache.RemoveAsync("key:0");
        Assert.Equal(1, Cache.Statistics.Snapshot().Removes);
        await Cache.RemoveManyAsync(["key:1", "key:2", "absent"]);
        Assert.Equal(3, Cache.Statistics.Snapshot().Removes);
        await Cache.RemoveByPatternAsync("key:[34]");
        Assert.Equal(5, Cache.Statistics.Snapshot().Removes);
        await Cache.CompareAndRemoveAsync("key:5", (await Cache.PeekAsync<int>("key:5")).Version);
        Assert.Equal(6, Cache.Statistics.Snapshot().Removes);
        await Cache.ClearAsync();
        Assert.Equal(10, Cache.Statistics.Snapshot().Removes);
        await Cache.ClearAsync();
        Assert.Equal(10, Cache.Statistics.Snapshot().Removes);
    }

    [Fact]
    public async Task Changing_a_time_to_live_counts_nothing()
    {
        await Cache.SetAsync("key", 1);
        var before = Cache.Statistics.Snapshot();
        await Cache.ExpireAsync("key", CacheTtl.Long);
        await Cache.PersistAsync("key");
        Assert.Equal(before, Cache.Statistics.Snapshot());
    }

    [Fact]
    public async Task Locks_count_nothing()
    {
        var before = Cache.Statistics.Snapshot();
        await using (await Cache.TryAcquireLockAsync("name", CacheTtl.Short))
        {
            Assert.Equal(before, Cache.Statistics.Snapshot());
        }

        Assert.Equal(before, Cache.Statistics.Snapshot());
    }

    [Fact]
    [Ledger(93)]
    public async Task Entries_are_what_is_held()
    {
        await Cache.SetAsync("a", 1, TimeSpan.FromSeconds(1));
        await Cache.SetAsync("b", 1);
        await Cache.SetAsync("b", 2);
        Assert.Equal(2, Cache.Statistics.Entries);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Cache.Statistics.Entries);
        Assert.Equal(1, await Cache.CountAsync());
        await Cache.RemoveAsync("a");
        Assert.Equal(1, Cache.Statistics.Entries);
    }
}
