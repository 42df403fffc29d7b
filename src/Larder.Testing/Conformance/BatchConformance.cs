namespace Larder.Testing.Conformance;

/// <summary>Operations on many keys.</summary>
internal sealed class BatchConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    [Ledger(65)]
    public async Task Get_many_answers_in_the_order_of_the_keys()
    {
        await Cache.SetAsync("a", 1);
        await Cache.SetAsync("c", 3);

        var results = await Cache.GetManyAsync<int>(["c", "b", "a"]);

        Expect.Equal(3, results.Count);
        Expect.Equal(3, results[0].Value);
        Expect.False(results[1].HasValue);
        Expect.Equal(1, results[2].Value);
    }

    [Ledger(65)]
    public async Task Get_many_answers_a_key_that_is_asked_for_twice_twice()
    {
        await Cache.SetAsync("a", 1);

        var results = await Cache.GetManyAsync<int>(["a", "b", "a"]);

        Expect.Equal(1, results[0].Value);
        Expect.False(results[1].HasValue);
        Expect.Equal(1, results[2].Value);
    }

    public async Task Get_many_counts_every_key()
    {
        await Cache.SetAsync("a", 1);
        await Cache.SetAsync("text", "text");

        await Cache.GetManyAsync<int>(["a", "b", "text"]);

        var statistics = Cache.Statistics.Snapshot();
        Expect.Equal(1, statistics.FreshHits);
        Expect.Equal(2, statistics.Misses);
        Expect.Equal(1, statistics.TypeMismatches);
    }

    public async Task Get_many_tells_versions_and_times_to_live()
    {
        await Cache.SetAsync("a", 1, TimeSpan.FromSeconds(10));

        var result = (await Cache.GetManyAsync<int>(["a"]))[0];

        Expect.Equal(TimeSpan.FromSeconds(10), result.TimeToLive);
        Expect.Equal((await Cache.GetAsync<int>("a")).Version, result.Version);
    }

    [Ledger(64)]
    public async Task Set_many_stores_all_with_the_same_options()
    {
        await Cache.SetManyAsync(
            new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 },
            new() { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["tag"] });

        Expect.Equal(2, (await Cache.GetAsync<int>("b")).Value);
        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("a")).Remaining);
        Expect.Equal(2, Cache.Statistics.Snapshot().Sets);
        await Cache.RemoveByTagAsync("tag");
        Expect.Equal(0, await Cache.CountAsync());
    }

    public async Task Set_many_with_a_key_twice_keeps_the_last_value()
    {
        await Cache.SetManyAsync<int>([new("a", 1), new("a", 2)]);

        Expect.Equal(2, (await Cache.GetAsync<int>("a")).Value);
    }

    public async Task Set_many_stores_null_as_a_value()
    {
        await Cache.SetManyAsync<string?>([new("a", null)]);

        Expect.True((await Cache.GetAsync<string?>("a")) is { HasValue: true, Value: null });
    }

    public async Task Set_many_with_one_bad_key_stores_nothing()
    {
        await Expect.ThrowsAsync<ArgumentException>(() => Cache.SetManyAsync<int>([new("a", 1), new("", 2)]).AsTask());

        Expect.False(await Cache.ExistsAsync("a"));
    }

    [Ledger(66)]
    public async Task Remove_many_counts_the_entries_that_were_there()
    {
        await Cache.SetManyAsync<int>([new("a", 1), new("b", 2), new("c", 3)]);

        Expect.Equal(2, await Cache.RemoveManyAsync(["a", "x", "b", "a"]));
        Expect.Equal(1, await Cache.CountAsync());
        Expect.Equal(2, Cache.Statistics.Snapshot().Removes);
    }

    public async Task Remove_many_with_one_bad_key_removes_nothing()
    {
        await Cache.SetAsync("a", 1);

        await Expect.ThrowsAsync<ArgumentException>(() => Cache.RemoveManyAsync(["a", "\uD800"]).AsTask());

        Expect.True(await Cache.ExistsAsync("a"));
    }

    [Ledger(67)]
    public async Task Empty_batches_do_nothing()
    {
        await Cache.SetManyAsync<int>([]);

        Expect.Equal(0, (await Cache.GetManyAsync<int>([])).Count);
        Expect.Equal(0, await Cache.RemoveManyAsync([]));
        Expect.Equal(0, (await Cache.GetOrCreateManyAsync<int>([], static (_, _) => throw new InvalidOperationException("nothing to load"))).Count);
        Expect.Equal(0, Cache.Statistics.Snapshot().Reads);
        Expect.Equal(0, Cache.Statistics.Snapshot().Loads);
    }

    public async Task Batches_go_through_their_keys_once()
    {
        await Cache.SetAsync("a", 1);
        var walks = 0;
        IEnumerable<string> Keys()
        {
            walks++;
            yield return "a";
        }

        Expect.Equal(1, (await Cache.GetManyAsync<int>(Keys())).Count);
        Expect.Equal(1, await Cache.RemoveManyAsync(Keys()));
        await Cache.SetManyAsync(Keys().Select(key => KeyValuePair.Create(key, 1)));
        Expect.Equal(3, walks);
    }

    public async Task Large_batches_lose_nothing()
    {
        const int Size = 2_000;
        await Cache.SetManyAsync(Enumerable.Range(0, Size).Select(i => KeyValuePair.Create($"key:{i}", i)));

        var results = await Cache.GetManyAsync<int>(Enumerable.Range(0, Size).Select(i => $"key:{i}"));

        for (var i = 0; i < Size; i++)
        {
            Expect.Equal(i, results[i].Value);
        }

        Expect.Equal(Size, await Cache.RemoveManyAsync(Enumerable.Range(0, Size).Select(i => $"key:{i}")));
        Expect.Equal(0, await Cache.CountAsync());
    }

    public async Task Batches_of_a_view_stay_behind_its_prefix()
    {
        var view = Cache.WithPrefix("view");
        await Cache.SetAsync("a", 1);
        await view.SetManyAsync<int>([new("a", 2)]);

        Expect.Equal(2, (await view.GetManyAsync<int>(["a"]))[0].Value);
        Expect.Equal(1, await view.RemoveManyAsync(["a"]));
        Expect.Equal(1, (await Cache.GetAsync<int>("a")).Value);
    }

    public async Task Batches_of_a_typed_view_are_those_of_the_cache()
    {
        var numbers = Cache.For<int>();
        await numbers.SetManyAsync([new("a", 1), new("b", 2)]);

        Expect.Equal(2, (await numbers.GetManyAsync(["a", "b"]))[1].Value);
        Expect.Equal(2, await numbers.RemoveManyAsync(["a", "b"]));
    }
}
