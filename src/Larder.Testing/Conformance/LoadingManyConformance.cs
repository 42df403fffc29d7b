namespace Larder.Testing.Conformance;

/// <summary>Get-or-create of many keys: one call of the loader for all that is missing.</summary>
internal sealed class LoadingManyConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private readonly List<string[]> _asked = [];

    [Ledger(68)]
    public async Task What_is_missing_is_loaded_with_one_call()
    {
        await Cache.SetAsync("b", 20);

        var values = await Cache.GetOrCreateManyAsync(["a", "b", "c"], Load);

        Expect.SameElements(["a=1", "b=20", "c=1"], values.Select(pair => $"{pair.Key}={pair.Value}"));
        Expect.Equal(1, _asked.Count);
        Expect.SameElements(["a", "c"], _asked[0]);
        Expect.Equal(1, (await Cache.GetAsync<int>("a")).Value);
        Expect.Equal(20, (await Cache.GetAsync<int>("b")).Value);
        Expect.Equal(1, Cache.Statistics.Snapshot().Loads);
    }

    public async Task When_all_are_there_nothing_is_loaded()
    {
        await Cache.SetManyAsync([KeyValuePair.Create("a", 10), KeyValuePair.Create("b", 20)]);

        var values = await Cache.GetOrCreateManyAsync(["a", "b"], Load);

        Expect.Equal(30, values.Values.Sum());
        Expect.Equal(0, _asked.Count);
    }

    public async Task No_keys_load_nothing()
    {
        Expect.Equal(0, (await Cache.GetOrCreateManyAsync([], Load)).Count);
        Expect.Equal(0, _asked.Count);
    }

    public async Task A_key_that_is_named_twice_is_asked_for_once()
    {
        var values = await Cache.GetOrCreateManyAsync(["a", "b", "a", "a"], Load);

        Expect.SameElements(["a", "b"], values.Keys);
        Expect.SameElements(["a", "b"], _asked.Single());
    }

    public async Task What_the_loader_does_not_find_is_left_out_and_not_stored()
    {
        var values = await Cache.GetOrCreateManyAsync<int>(["a", "b"], static (_, _) => new(new Dictionary<string, int> { ["a"] = 1 }));

        Expect.SameElements(["a"], values.Keys);
        Expect.False(await Cache.ExistsAsync("b"));
        await Cache.GetOrCreateManyAsync(["a", "b"], Load);
        Expect.SameElements(["b"], _asked.Single());
    }

    public async Task What_was_not_asked_for_is_not_stored()
    {
        var values = await Cache.GetOrCreateManyAsync<int>(["a"], static (_, _) => new(new Dictionary<string, int> { ["a"] = 1, ["x"] = 2 }));

        Expect.SameElements(["a"], values.Keys);
        Expect.False(await Cache.ExistsAsync("x"));
    }

    public async Task A_loaded_null_is_a_value()
    {
        var values = await Cache.GetOrCreateManyAsync<string?>(["a"], static (_, _) => new(new Dictionary<string, string?> { ["a"] = null }));

        Expect.True(values.TryGetValue("a", out var value) && value is null);
        Expect.True((await Cache.GetAsync<string>("a")).HasValue);
    }

    public async Task The_keys_are_those_of_the_view()
    {
        var values = await Cache.WithPrefix("view").GetOrCreateManyAsync(["a", "b"], Load);

        Expect.SameElements(["a", "b"], values.Keys);
        Expect.SameElements(["a", "b"], _asked.Single());
        Expect.Equal(1, (await Cache.GetAsync<int>("view:a")).Value);
    }

    public async Task The_options_hold_for_each_entry()
    {
        await Cache.GetOrCreateManyAsync(["a", "b"], Load, new() { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["tag"] });

        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("a")).Remaining);
        await Cache.RemoveByTagAsync("tag");
        Expect.Equal(0, await Cache.CountAsync());
    }

    public async Task A_key_that_is_being_loaded_is_waited_for()
    {
        var held = new HeldLoad<int>();
        var single = Cache.GetOrCreateAsync("a", _ => held.LoadAsync()).AsTask();
        await held.BegunAsync;

        var many = Cache.GetOrCreateManyAsync(["a", "b"], Load).AsTask();
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().JoinedLoads == 1);
        held.Return(70);

        Expect.Equal(70, await Eventually.EndsAsync(single));
        var values = await Eventually.EndsAsync(many);
        Expect.Equal(70, values["a"]);
        Expect.Equal(1, values["b"]);
        Expect.SameElements(["b"], _asked.Single());
    }

    public async Task Callers_of_single_keys_join_a_load_of_many()
    {
        var held = new HeldLoad<IReadOnlyDictionary<string, int>>();
        var many = Cache.GetOrCreateManyAsync(["a", "b"], (_, _) => held.LoadAsync()).AsTask();
        await held.BegunAsync;

        var single = Cache.GetOrCreateAsync<int>("a", _ => throw new InvalidOperationException("The key is being loaded.")).AsTask();
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().JoinedLoads == 1);
        held.Return(new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 });

        Expect.Equal(1, await Eventually.EndsAsync(single));
        Expect.Equal(2, (await Eventually.EndsAsync(many)).Count);
    }

    public async Task A_caller_of_a_single_key_that_a_load_of_many_did_not_find_loads_it()
    {
        var held = new HeldLoad<IReadOnlyDictionary<string, int>>();
        var many = Cache.GetOrCreateManyAsync(["a", "b"], (_, _) => held.LoadAsync()).AsTask();
        await held.BegunAsync;

        var single = Cache.GetOrCreateAsync("a", _ => new ValueTask<int>(70)).AsTask();
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().JoinedLoads == 1);
        held.Return(new Dictionary<string, int> { ["b"] = 2 });

        Expect.Equal(70, await Eventually.EndsAsync(single));
        Expect.SameElements(["b"], (await Eventually.EndsAsync(many)).Keys);
        Expect.Equal(70, (await Cache.GetAsync<int>("a")).Value);
    }

    [Ledger(68)]
    public async Task Loads_of_many_that_overlap_share_what_they_have_in_common()
    {
        var held = new HeldLoad<IReadOnlyDictionary<string, int>>();
        var first = Cache.GetOrCreateManyAsync(["a", "b"], (_, _) => held.LoadAsync()).AsTask();
        await held.BegunAsync;

        var second = Cache.GetOrCreateManyAsync(["b", "c"], Load).AsTask();
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().JoinedLoads == 1);
        held.Return(new Dictionary<string, int> { ["a"] = 10, ["b"] = 20 });

        Expect.Equal(30, (await Eventually.EndsAsync(first)).Values.Sum());
        Expect.Equal(21, (await Eventually.EndsAsync(second)).Values.Sum());
        Expect.SameElements(["c"], _asked.Single());
    }

    public async Task The_exception_of_the_loader_reaches_all_callers_and_nothing_is_stored()
    {
        var held = new HeldLoad<IReadOnlyDictionary<string, int>>();
        var many = Cache.GetOrCreateManyAsync(["a", "b"], (_, _) => held.LoadAsync()).AsTask();
        await held.BegunAsync;
        var single = Cache.GetOrCreateAsync("a", _ => new ValueTask<int>(70)).AsTask();
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().JoinedLoads == 1);
        held.Throw(new FormatException("broken"));

        Expect.Equal("broken", (await Expect.ThrowsAsync<FormatException>(() => Eventually.EndsAsync(many))).Message);
        Expect.Equal("broken", (await Expect.ThrowsAsync<FormatException>(() => Eventually.EndsAsync(single))).Message);
        Expect.Equal(0, await Cache.CountAsync());
        Expect.Equal(1, Cache.Statistics.Snapshot().LoadFailures);
        Expect.Equal(2, (await Cache.GetOrCreateManyAsync(["a", "b"], Load)).Count);
    }

    public async Task A_load_of_many_that_takes_too_long_counts_once()
    {
        var held = new HeldLoad<IReadOnlyDictionary<string, int>>();
        var many = Cache.GetOrCreateManyAsync(["a", "b", "c"], (_, _) => held.LoadAsync()).AsTask();
        await held.BegunAsync;
        await Eventually.TimesOutAsync(many, Clock, TimeSpan.FromSeconds(30));

        await Expect.ThrowsAsync<LoadTimeoutException>(() => many);
        held.Throw(new OperationCanceledException());
        Expect.Equal(1, Cache.Statistics.Snapshot().Loads);
        Expect.Equal(1, Cache.Statistics.Snapshot().LoadTimeouts);
        Expect.Equal(0, Cache.Statistics.Snapshot().LoadFailures);
    }

    public async Task Null_in_place_of_a_dictionary_is_an_error_of_the_loader()
    {
        await Expect.ThrowsAsync<InvalidOperationException>(async () =>
            await Cache.GetOrCreateManyAsync<int>(["a"], static (_, _) => new((IReadOnlyDictionary<string, int>)null!)));

        Expect.Equal(1, (await Cache.GetOrCreateManyAsync(["a"], Load))["a"]);
    }

    private ValueTask<IReadOnlyDictionary<string, int>> Load(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        _asked.Add([.. keys]);
        return new(keys.ToDictionary(key => key, _ => 1));
    }
}
