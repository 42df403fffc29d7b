namespace Larder.Testing.Conformance;

/// <summary>An expired entry is absent, for every operation one by one. The entry may still be served stale by get-or-create, which changes nothing of it.</summary>
internal sealed class ExpiredConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly CachePolicy s_policy = new() { TimeToLive = TimeSpan.FromSeconds(10), MaxStale = TimeSpan.FromHours(1) };

    [Ledger(78, 79)]
    public async Task For_get()
    {
        await SetExpiredAsync();
        Expect.False((await Cache.GetAsync<long>("key")).HasValue);
        Expect.Equal(1, Cache.Statistics.Snapshot().Misses);
    }

    public async Task For_try_get()
    {
        await SetExpiredAsync();
        Expect.False(Cache.TryGet<long>("key", out _));
    }

    public async Task For_peek()
    {
        await SetExpiredAsync();
        Expect.False((await Cache.PeekAsync<long>("key")).HasValue);
    }

    public async Task For_get_many()
    {
        await SetExpiredAsync();
        Expect.False((await Cache.GetManyAsync<long>(["key"]))[0].HasValue);
    }

    public async Task For_get_or_create()
    {
        await SetExpiredAsync();
        Expect.Equal(2, await Cache.GetOrCreateAsync("key", static _ => new ValueTask<long>(2)));
    }

    public async Task For_get_or_create_many()
    {
        await SetExpiredAsync();
        var values = await Cache.GetOrCreateManyAsync<long>(
            ["key"], static (keys, _) => new ValueTask<IReadOnlyDictionary<string, long>>(keys.ToDictionary(key => key, _ => 2L)));
        Expect.Equal(2, values["key"]);
    }

    [Ledger(54)]
    public async Task For_exists()
    {
        await SetExpiredAsync();
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task For_the_time_to_live()
    {
        await SetExpiredAsync();
        Expect.Equal(EntryTimeToLive.Absent, await Cache.GetTimeToLiveAsync("key"));
    }

    [Ledger(61)]
    [LedgerFault(3)]
    public async Task For_add()
    {
        await SetExpiredAsync();
        Expect.True(await Cache.AddAsync("key", 2L));
        Expect.Equal(2, (await Cache.GetAsync<long>("key")).Value);
    }

    public async Task For_replace()
    {
        await SetExpiredAsync();
        Expect.False(await Cache.ReplaceAsync("key", 2L));
        Expect.False(await Cache.ExistsAsync("key"));
    }

    [Ledger(62)]
    public async Task For_exchange()
    {
        await SetExpiredAsync();
        Expect.False((await Cache.ExchangeAsync("key", 2L)).HasValue);
        Expect.Equal(2, (await Cache.GetAsync<long>("key")).Value);
    }

    public async Task For_compare_and_set_with_its_old_version()
    {
        var version = await SetExpiredAsync();
        Expect.False(await Cache.CompareAndSetAsync("key", 2L, version));
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task For_compare_and_set_with_version_zero()
    {
        await SetExpiredAsync();
        Expect.True(await Cache.CompareAndSetAsync("key", 2L, expectedVersion: 0));
        Expect.Equal(2, (await Cache.GetAsync<long>("key")).Value);
    }

    public async Task For_compare_and_remove()
    {
        var version = await SetExpiredAsync();
        Expect.False(await Cache.CompareAndRemoveAsync("key", version));
    }

    public async Task For_update()
    {
        await SetExpiredAsync();
        var hadValue = true;
        var value = await Cache.UpdateAsync<long>("key", current =>
        {
            hadValue = current.HasValue;
            return 2;
        });

        Expect.False(hadValue);
        Expect.Equal(2, value);
        Expect.Equal(2, (await Cache.GetAsync<long>("key")).Value);
    }

    public async Task For_remove()
    {
        await SetExpiredAsync();
        Expect.False(await Cache.RemoveAsync("key"));
        Expect.Equal(0, Cache.Statistics.Snapshot().Removes);
    }

    public async Task For_remove_many()
    {
        await SetExpiredAsync();
        Expect.Equal(0, await Cache.RemoveManyAsync(["key"]));
    }

    public async Task For_remove_by_pattern()
    {
        await SetExpiredAsync();
        Expect.Equal(0, await Cache.RemoveByPatternAsync("k*"));
    }

    public async Task For_clear()
    {
        await SetExpiredAsync();
        Expect.Equal(0, await Cache.ClearAsync());
    }

    [LedgerFault(4)]
    public async Task For_expire()
    {
        await SetExpiredAsync();
        Expect.False(await Cache.ExpireAsync("key", TimeSpan.FromHours(1)));
        Expect.False(await Cache.ExistsAsync("key"));
    }

    [LedgerFault(4)]
    public async Task For_persist()
    {
        await SetExpiredAsync();
        Expect.False(await Cache.PersistAsync("key"));
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task For_increment_which_starts_again_with_a_new_life()
    {
        await SetExpiredAsync();
        Expect.Equal(5, await Cache.IncrementAsync("key", 5, TimeSpan.FromMinutes(1)));
        Expect.Equal(TimeSpan.FromMinutes(1), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task For_the_list_of_keys()
    {
        await SetExpiredAsync();
        await foreach (var key in Cache.KeysAsync())
        {
            throw new ConformanceException($"The expired key '{key}' is listed.");
        }
    }

    public async Task For_the_count()
    {
        await SetExpiredAsync();
        Expect.Equal(0, await Cache.CountAsync());
    }

    public async Task For_the_conditions_of_a_transaction()
    {
        var version = await SetExpiredAsync();
        Expect.False(await Cache.CreateTransaction().RequirePresent("key").CommitAsync());
        Expect.False(await Cache.CreateTransaction().RequireVersion("key", version).CommitAsync());
        Expect.True(await Cache.CreateTransaction().RequireAbsent("key").Set("key", 2L).CommitAsync());
        Expect.Equal(2, (await Cache.GetAsync<long>("key")).Value);
    }

    /// <summary>Stores 1 under <c>key</c> and lets it expire.</summary>
    private async Task<long> SetExpiredAsync()
    {
        await Cache.SetAsync("key", 1L, s_policy);
        var version = (await Cache.PeekAsync<long>("key")).Version;
        Clock.Advance(TimeSpan.FromSeconds(10));
        return version;
    }
}
