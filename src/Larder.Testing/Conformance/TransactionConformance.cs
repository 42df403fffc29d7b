namespace Larder.Testing.Conformance;

/// <summary>Transactions: conditions and writes, all or nothing.</summary>
internal sealed class TransactionConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    [Ledger(70)]
    public async Task All_writes_of_a_transaction_take_place()
    {
        await Cache.SetAsync("old", 1);

        Expect.True(await Cache.CreateTransaction().Set("a", 1).Set("b", "two").Remove("old").CommitAsync(), "committed");

        Expect.Equal(1, (await Cache.GetAsync<int>("a")).GetValueOrDefault());
        Expect.Equal("two", (await Cache.GetAsync<string>("b")).GetValueOrDefault());
        Expect.False(await Cache.ExistsAsync("old"));
    }

    public async Task Nothing_takes_place_before_the_commit()
    {
        await Cache.SetAsync("old", 1);

        _ = Cache.CreateTransaction().Set("a", 1).Remove("old");

        Expect.SameElements(["old"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task The_condition_of_absence_holds_for_an_absent_key_only()
    {
        Expect.True(await Cache.CreateTransaction().RequireAbsent("key").Set("key", 1).CommitAsync(), "the key was absent");
        Expect.False(await Cache.CreateTransaction().RequireAbsent("key").Set("key", 2).CommitAsync());

        Expect.Equal(1, (await Cache.GetAsync<int>("key")).GetValueOrDefault());
    }

    public async Task The_condition_of_presence_holds_for_a_present_key_only()
    {
        Expect.False(await Cache.CreateTransaction().RequirePresent("key").Set("key", 1).CommitAsync());
        Expect.False(await Cache.ExistsAsync("key"));

        await Cache.SetAsync("key", 1);
        Expect.True(await Cache.CreateTransaction().RequirePresent("key").Set("key", 2).CommitAsync(), "the key was present");
        Expect.Equal(2, (await Cache.GetAsync<int>("key")).GetValueOrDefault());
    }

    public async Task The_condition_of_a_version_holds_until_the_entry_is_written()
    {
        await Cache.SetAsync("key", 1);
        var version = (await Cache.GetAsync<int>("key")).Version;

        Expect.True(await Cache.CreateTransaction().RequireVersion("key", version).Set("key", 2).CommitAsync(), "the version was the present one");
        Expect.False(await Cache.CreateTransaction().RequireVersion("key", version).Set("key", 3).CommitAsync());

        Expect.Equal(2, (await Cache.GetAsync<int>("key")).GetValueOrDefault());
    }

    public async Task Version_zero_stands_for_an_absent_entry()
    {
        Expect.True(await Cache.CreateTransaction().RequireVersion("key", 0).Set("key", 1).CommitAsync(), "the key was absent");
        Expect.False(await Cache.CreateTransaction().RequireVersion("key", 0).Set("key", 2).CommitAsync());
        Expect.False(await Cache.CreateTransaction().RequireVersion("absent", 42).Set("other", 2).CommitAsync());
    }

    [Ledger(70)]
    public async Task One_condition_that_does_not_hold_keeps_all_writes_from_taking_place()
    {
        await Cache.SetAsync("present", 1);
        var version = (await Cache.GetAsync<int>("present")).Version;

        var isCommitted = await Cache.CreateTransaction()
            .RequirePresent("present").RequireVersion("present", version).RequireAbsent("absent").RequirePresent("missing")
            .Set("a", 1).Set("absent", 2).Remove("present").CommitAsync();

        Expect.False(isCommitted);
        Expect.SameElements(["present"], await Cache.KeysAsync().ToListAsync());
        Expect.Equal(version, (await Cache.GetAsync<int>("present")).Version);
    }

    public async Task A_condition_may_concern_a_key_that_is_not_written()
    {
        await Cache.SetAsync("guard", 1);

        Expect.True(await Cache.CreateTransaction().RequirePresent("guard").Set("key", 1).CommitAsync(), "committed");
        await Cache.RemoveAsync("guard");
        Expect.False(await Cache.CreateTransaction().RequirePresent("guard").Set("key", 2).CommitAsync());

        Expect.Equal(1, (await Cache.GetAsync<int>("key")).GetValueOrDefault());
    }

    public async Task An_expired_entry_is_absent_for_conditions()
    {
        await Cache.SetAsync("key", 1, TimeSpan.FromSeconds(1));
        var version = (await Cache.GetAsync<int>("key")).Version;
        Clock.Advance(TimeSpan.FromSeconds(1));

        Expect.False(await Cache.CreateTransaction().RequirePresent("key").Set("a", 1).CommitAsync());
        Expect.False(await Cache.CreateTransaction().RequireVersion("key", version).Set("a", 1).CommitAsync());
        Expect.True(await Cache.CreateTransaction().RequireAbsent("key").Set("key", 2).CommitAsync(), "an expired entry is absent");
    }

    public async Task An_entry_whose_tag_was_invalidated_is_absent_for_conditions()
    {
        await Cache.SetAsync("key", 1, new CacheEntryOptions { Tags = ["tag"] });
        await Cache.RemoveByTagAsync("tag");

        Expect.False(await Cache.CreateTransaction().RequirePresent("key").Set("a", 1).CommitAsync());
        Expect.True(await Cache.CreateTransaction().RequireAbsent("key").Set("key", 2).CommitAsync(), "an invalidated entry is absent");
    }

    public async Task Removing_an_absent_key_is_no_obstacle()
    {
        Expect.True(await Cache.CreateTransaction().Remove("absent").Set("key", 1).CommitAsync(), "committed");

        Expect.SameElements(["key"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task Each_write_has_its_own_time_to_live_and_tags()
    {
        await Cache.CreateTransaction()
            .Set("short", 1, TimeSpan.FromSeconds(1))
            .Set("never", 2, CacheTtl.Never)
            .Set("tagged", 3, new CacheEntryOptions { Tags = ["tag"] })
            .CommitAsync();

        Expect.Equal(TimeSpan.FromSeconds(1), (await Cache.GetTimeToLiveAsync("short")).Remaining);
        Expect.Equal(EntryTimeToLive.NoExpiry, await Cache.GetTimeToLiveAsync("never"));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Cache.RemoveByTagAsync("tag");
        Expect.SameElements(["never"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task An_empty_transaction_commits()
    {
        Expect.True(await Cache.CreateTransaction().CommitAsync(), "committed");
        Expect.Equal(0L, await Cache.CountAsync());
    }

    public async Task Conditions_alone_are_a_question()
    {
        await Cache.SetAsync("key", 1);

        Expect.True(await Cache.CreateTransaction().RequirePresent("key").RequireAbsent("absent").CommitAsync(), "both hold");
        Expect.False(await Cache.CreateTransaction().RequirePresent("key").RequireAbsent("key").CommitAsync());
    }

    public async Task A_key_is_written_once_at_most()
    {
        var transaction = Cache.CreateTransaction().Set("key", 1);

        await Expect.ThrowsAsync<InvalidOperationException>(() => Task.FromResult(transaction.Set("key", 2)));
        await Expect.ThrowsAsync<InvalidOperationException>(() => Task.FromResult(transaction.Remove("key")));

        Expect.True(await transaction.CommitAsync(), "committed");
        Expect.Equal(1, (await Cache.GetAsync<int>("key")).GetValueOrDefault());
    }

    public async Task A_transaction_is_committed_once()
    {
        var committed = Cache.CreateTransaction().Set("key", 1);
        await committed.CommitAsync();
        var failed = Cache.CreateTransaction().RequireAbsent("key").Set("key", 2);
        await failed.CommitAsync();

        foreach (var transaction in new[] { committed, failed })
        {
            await Expect.ThrowsAsync<InvalidOperationException>(() => transaction.CommitAsync().AsTask());
            await Expect.ThrowsAsync<InvalidOperationException>(() => Task.FromResult(transaction.Set("other", 1)));
            await Expect.ThrowsAsync<InvalidOperationException>(() => Task.FromResult(transaction.Remove("other")));
            await Expect.ThrowsAsync<InvalidOperationException>(() => Task.FromResult(transaction.RequireAbsent("other")));
        }

        Expect.SameElements(["key"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task A_cancelled_commit_writes_nothing()
    {
        var transaction = Cache.CreateTransaction().Set("key", 1);

        await Expect.ThrowsAsync<OperationCanceledException>(() => transaction.CommitAsync(new CancellationToken(canceled: true)).AsTask());

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task A_bad_key_or_option_is_refused_and_leaves_the_transaction_as_it_was()
    {
        var transaction = Cache.CreateTransaction().Set("a", 1);

        await Expect.ThrowsAsync<ArgumentException>(() => Task.FromResult(transaction.Set("", 1)));
        await Expect.ThrowsAsync<ArgumentException>(() => Task.FromResult(transaction.Remove((string)null!)));
        await Expect.ThrowsAsync<ArgumentException>(() => Task.FromResult(transaction.RequireAbsent("\uD800")));
        await Expect.ThrowsAsync<ArgumentException>(() => Task.FromResult(transaction.Set("b", 1, TimeSpan.Zero)));
        transaction.Set("b", 2);

        Expect.True(await transaction.CommitAsync(), "committed");
        Expect.Equal(2, (await Cache.GetAsync<int>("b")).GetValueOrDefault());
        Expect.Equal(2L, await Cache.CountAsync());
    }

    public async Task A_transaction_has_a_thousand_writes_at_most()
    {
        var transaction = Cache.CreateTransaction();
        for (var i = 0; i < CacheTransaction.MaxParts; i++)
        {
            transaction.Set($"key:{i}", i);
        }

        await Expect.ThrowsAsync<InvalidOperationException>(() => Task.FromResult(transaction.Set("one more", 1)));

        Expect.True(await transaction.CommitAsync(), "committed");
        Expect.Equal(1000L, await Cache.CountAsync());
    }

    public async Task A_transaction_of_a_view_works_on_the_keys_of_the_view()
    {
        var view = Cache.WithPrefix("users");
        await view.SetAsync("1", 1);

        Expect.True(await view.CreateTransaction().RequirePresent("1").RequireAbsent("users:1").Set("2", 2).Remove("1").CommitAsync(), "committed");

        Expect.SameElements(["users:2"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task A_load_under_way_is_not_stored_over_a_transactions_write()
    {
        var loaded = await Cache.GetOrCreateAsync(
            "key",
            Cache,
            static async (cache, _, ct) =>
            {
                await cache.CreateTransaction().Set("key", "written").CommitAsync(ct);
                return "loaded before";
            });

        Expect.Equal("loaded before", loaded);
        Expect.Equal("written", (await Cache.GetAsync<string>("key")).GetValueOrDefault());
    }

    public async Task A_load_under_way_is_not_stored_after_a_transactions_removal()
    {
        await Cache.GetOrCreateAsync(
            "key",
            Cache,
            static async (cache, _, ct) =>
            {
                await cache.CreateTransaction().Remove("key").CommitAsync(ct);
                return "loaded before";
            });

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Of_many_that_require_absence_one_commits()
    {
        var committed = 0;

        await Contention.RunAsync(16, async caller =>
        {
            if (await Cache.CreateTransaction().RequireAbsent("key").Set("key", caller).Set($"by:{caller}", caller).CommitAsync())
            {
                Interlocked.Increment(ref committed);
            }
        });

        Expect.Equal(1, committed);
        Expect.Equal(2L, await Cache.CountAsync());
    }

    [Ledger(70)]
    public async Task Transfers_between_counters_under_contention_keep_their_sum()
    {
        const int Accounts = 4;
        for (var account = 0; account < Accounts; account++)
        {
            await Cache.SetAsync($"account:{account}", 1000L);
        }

        var transfers = 0;
        await Contention.RunAsync(6, async caller =>
        {
            for (var round = 0; round < 25; round++)
            {
                var (from, to) = ($"account:{(caller + round) % Accounts}", $"account:{(caller + (round * 3) + 1) % Accounts}");
                if (from != to && await TransferAsync(from, to, caller + round))
                {
                    Interlocked.Increment(ref transfers);
                }
            }
        });

        var sum = 0L;
        for (var account = 0; account < Accounts; account++)
        {
            sum += (await Cache.GetAsync<long>($"account:{account}")).Value;
        }

        Expect.Equal(Accounts * 1000L, sum);
        Expect.True(transfers > 0, "there were transfers");
    }

    public async Task Transactions_and_increments_lose_no_update_of_each_other()
    {
        await Cache.SetAsync("counter", 0L);

        await Contention.RunAsync(4, async caller =>
        {
            for (var round = 0; round < 50; round++)
            {
                if (caller % 2 == 0)
                {
                    await Cache.IncrementAsync("counter");
                    continue;
                }

                CacheResult<long> seen;
                do
                {
                    seen = await Cache.PeekAsync<long>("counter");
                }
                while (!await Cache.CreateTransaction().RequireVersion("counter", seen.Version).Set("counter", seen.Value + 1).CommitAsync());
            }
        });

        Expect.Equal(200L, (await Cache.GetAsync<long>("counter")).Value);
    }

    private async Task<bool> TransferAsync(string from, string to, long amount)
    {
        while (true)
        {
            var source = await Cache.PeekAsync<long>(from);
            var target = await Cache.PeekAsync<long>(to);
            if (source.Value < amount)
            {
                return false;
            }

            if (await Cache.CreateTransaction()
                .RequireVersion(from, source.Version).RequireVersion(to, target.Version)
                .Set(from, source.Value - amount).Set(to, target.Value + amount)
                .CommitAsync())
            {
                return true;
            }
        }
    }
}
