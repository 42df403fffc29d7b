namespace Larder.Testing.Conformance;

/// <summary>Where entries are kept, as far as it shows on every backend.</summary>
internal sealed class TierConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly CachePolicy s_nowhere = new() { Tiers = CacheTiers.None };

    public async Task What_is_set_nowhere_takes_away_what_it_replaces()
    {
        await Cache.SetAsync("key", 1);

        await Cache.SetAsync("key", 2, s_nowhere);

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task What_is_set_nowhere_on_a_condition_is_set_only_if_it_holds()
    {
        await Cache.SetAsync("key", 1);

        Expect.False(await Cache.AddAsync("key", 2, s_nowhere));
        Expect.False(await Cache.ReplaceAsync("other", 2, s_nowhere));
        Expect.Equal(1, (await Cache.GetAsync<int>("key")).Value);
        Expect.Equal(1, (await Cache.ExchangeAsync("key", 2, s_nowhere)).Value);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task What_is_loaded_for_nowhere_is_handed_out_and_loaded_again()
    {
        var loads = 0;

        Expect.Equal(1, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(++loads), s_nowhere));
        Expect.Equal(2, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(++loads), s_nowhere));
        var many = await Cache.GetOrCreateManyAsync<int>(["key"], (keys, _) => new ValueTask<IReadOnlyDictionary<string, int>>(keys.ToDictionary(key => key, _ => ++loads)), s_nowhere);

        Expect.Equal(3, many["key"]);
        Expect.False(await Cache.ExistsAsync("key"));
        Expect.Equal(0, Cache.Statistics.Snapshot().DiscardedLoads);
    }

    public async Task A_bound_for_copies_does_not_shorten_the_life_of_the_entry()
    {
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromMinutes(1), MemoryTimeToLive = TimeSpan.FromSeconds(1) };
        await Cache.SetAsync("key", 1, policy);
        await Cache.GetAsync<int>("key");

        Clock.Advance(TimeSpan.FromSeconds(2));

        Expect.Equal(TimeSpan.FromSeconds(58), (await Cache.GetAsync<int>("key")).TimeToLive);
        Expect.Equal(TimeSpan.FromSeconds(58), (await Cache.GetAsync<int>("key")).TimeToLive);
    }

    public async Task A_view_past_memory_has_the_entries_of_the_cache()
    {
        var view = Cache.WithPrefix("view").PastMemory();
        await view.SetAsync("key", 1);

        Expect.Equal(1, (await Cache.GetAsync<int>("view:key")).Value);
        Expect.Equal(1, (await view.GetAsync<int>("key")).Value);
        Expect.Equal(1, (await view.PeekAsync<int>("key")).Value);
        Expect.Equal(1, await view.GetOrCreateAsync("key", _ => new ValueTask<int>(2)));
        Expect.Equal(1, (await view.GetManyAsync<int>(["key"]))[0].Value);
        Expect.True(await view.For<int>().PastMemory().ExistsAsync("key"));
        Expect.Equal(2, await view.GetOrCreateAsync("loaded", _ => new ValueTask<int>(2)));
        Expect.Equal(2, (await Cache.GetAsync<int>("view:loaded")).Value);
        Expect.True(await view.RemoveAsync("key"));
        Expect.False(await Cache.ExistsAsync("view:key"));
    }
}
