using Larder.Testing;
using Larder.Tests.Invalidation;

namespace Larder.Tests.Transactions;

public sealed class TransactionTests
{
    [Fact]
    public async Task Sets_are_counted_when_they_are_committed()
    {
        await using var cache = Cache.InMemory();
        await cache.CreateTransaction().RequirePresent("absent").Set("a", 1).CommitAsync();
        Assert.Equal(0, cache.Statistics.Snapshot().Sets);

        await cache.CreateTransaction().Set("a", 1).Set("b", 2).Remove("c").CommitAsync();
        Assert.Equal(2, cache.Statistics.Snapshot().Sets);
    }

    [Fact]
    public async Task The_bounds_of_memory_hold_after_a_transaction()
    {
        await using var cache = Cache.InMemory(options => options.Memory.MaxEntries = 10);
        var transaction = cache.CreateTransaction();
        for (var i = 0; i < 50; i++)
        {
            transaction.Set($"key:{i}", i);
        }

        Assert.True(await transaction.CommitAsync());

        Assert.Equal(10, cache.Statistics.Entries);
        Assert.Equal(40, cache.Statistics.Snapshot().EntryLimitEvictions);
    }

    [Fact]
    public async Task A_value_that_is_too_heavy_is_not_kept_and_the_others_are()
    {
        await using var cache = Cache.InMemory(options => options.Memory.MaxBytes = 65_536);

        Assert.True(await cache.CreateTransaction().Set("heavy", new byte[100_000]).Set("light", 1).CommitAsync());

        Assert.Equal(["light"], await cache.KeysAsync().ToArrayAsync());
        Assert.Equal(1, cache.Statistics.Snapshot().TooLargeEvictions);
    }

    [Fact]
    public async Task A_transaction_has_a_thousand_conditions_at_most_and_the_refused_one_does_not_count()
    {
        await using var cache = Cache.InMemory();
        var transaction = cache.CreateTransaction();
        for (var i = 0; i < CacheTransaction.MaxParts; i++)
        {
            transaction.RequireAbsent($"key:{i}");
        }

        Assert.Throws<InvalidOperationException>(() => transaction.RequirePresent("one more"));
        Assert.True(await transaction.CommitAsync());
    }

    [Fact]
    public async Task A_transaction_of_a_disposed_cache_is_refused()
    {
        var cache = Cache.InMemory();
        var transaction = cache.CreateTransaction().Set("key", 1);
        await cache.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => transaction.Remove("other"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => transaction.CommitAsync().AsTask());
        Assert.Throws<ObjectDisposedException>(() => cache.CreateTransaction());
    }

    [Fact]
    public async Task Transactions_over_the_same_keys_in_opposite_orders_do_not_block_each_other()
    {
        await using var cache = Cache.InMemory(options => options.Memory.MaxEntries = 100_000);
        var keys = Enumerable.Range(0, 100).Select(i => $"key:{i}").ToArray();
        var both = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (var round = 0; round < 200; round++)
            {
                var transaction = cache.CreateTransaction();
                foreach (var key in worker % 2 == 0 ? keys : keys.Reverse())
                {
                    transaction.Set(key, worker);
                }

                Assert.True(await transaction.CommitAsync());
            }
        }));

        await Task.WhenAll(both).WaitAsync(TimeSpan.FromSeconds(60));

        var values = await cache.GetManyAsync<int>(keys);
        Assert.Single(values.Select(value => value.Value).Distinct());
    }

    [Fact]
    public async Task Each_write_gives_its_entry_a_version_of_its_own()
    {
        await using var cache = Cache.InMemory();
        await cache.CreateTransaction().Set("a", 1).Set("b", 1).CommitAsync();
        var first = (await cache.GetAsync<int>("a")).Version;
        await cache.CreateTransaction().Set("a", 1).CommitAsync();
        var second = (await cache.GetAsync<int>("a")).Version;

        Assert.NotEqual(0, first);
        Assert.NotEqual(first, second);
        Assert.True(await cache.CompareAndSetAsync("a", 2, second));
    }

    [Fact]
    public async Task An_interpolated_key_is_used_up_by_its_part()
    {
        await using var cache = Cache.InMemory();
        var id = 7;
        await cache.SetAsync($"user:{id}", 1);

        Assert.True(await cache.CreateTransaction().RequirePresent($"user:{id}").Set($"order:{id}", 2).Remove($"user:{id}").CommitAsync());

        Assert.Equal(["order:7"], await cache.KeysAsync().ToArrayAsync());
    }

    [Fact]
    public async Task A_store_that_fails_tells_the_caller_and_nothing_is_written()
    {
        var clock = new FakeTimeProvider();
        var store = new HookedStore(clock);
        await using var cache = Cache.Over(store, options => options.TimeProvider = clock);
        store.FailFor("b");

        await Assert.ThrowsAsync<IOException>(() => cache.CreateTransaction().Set("a", 1).Set("b", 2).CommitAsync().AsTask());

        store.Heal();
        Assert.Equal(0, await cache.CountAsync());
    }

    [Fact]
    public async Task A_commit_that_meets_another_writer_looks_again()
    {
        var clock = new FakeTimeProvider();
        var store = new HookedStore(clock);
        await using var cache = Cache.Over(store, options => options.TimeProvider = clock);
        await using var other = Cache.Over(store, options => options.TimeProvider = clock);
        var met = false;
        store.BeforeCommit = async changes =>
        {
            if (changes.Count == 2 && !met)
            {
                met = true;
                await other.SetAsync("a", 9);
            }
        };

        Assert.True(await cache.CreateTransaction().Set("a", 1).Set("b", 2).CommitAsync());

        Assert.True(met);
        Assert.Equal(1, (await other.GetAsync<int>("a")).Value);
    }
}
