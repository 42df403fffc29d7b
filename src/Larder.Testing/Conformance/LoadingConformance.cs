namespace Larder.Testing.Conformance;

/// <summary>Get-or-create of single keys: what is loaded, by whom, how it is stored, and what happens when it fails.</summary>
internal sealed class LoadingConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    [Ledger(109)]
    public async Task A_missing_value_is_loaded_and_stored()
    {
        Expect.Equal("loaded", await Cache.GetOrCreateAsync("key", _ => new ValueTask<string>("loaded")));

        Expect.Equal("loaded", (await Cache.GetAsync<string>("key")).Value);
        Expect.Equal("loaded", await Cache.GetOrCreateAsync<string>("key", _ => throw new InvalidOperationException("The value is there.")));
        Expect.Equal(1, Cache.Statistics.Snapshot().Loads);
    }

    [Ledger(109)]
    public async Task A_value_that_was_set_is_not_loaded()
    {
        await Cache.SetAsync("key", 5);

        Expect.Equal(5, await Cache.GetOrCreateAsync<int>("key", _ => throw new InvalidOperationException("The value is there.")));
        Expect.Equal(0, Cache.Statistics.Snapshot().Loads);
    }

    [Ledger(111)]
    [LedgerFault(46)]
    public async Task Many_callers_of_one_key_share_one_load()
    {
        var held = new HeldLoad<int>();
        var callers = Enumerable.Range(0, 50).Select(_ => Cache.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask()).ToArray();
        await held.BegunAsync;
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot() is { JoinedLoads: 49, Misses: 50 });
        held.Return(7);

        foreach (var caller in callers)
        {
            Expect.Equal(7, await Eventually.EndsAsync(caller));
        }

        Expect.Equal(1, held.Calls);
        Expect.Equal(1, Cache.Statistics.Snapshot().Loads);
    }

    public async Task Different_keys_are_loaded_at_the_same_time()
    {
        var first = new HeldLoad<int>();
        var second = new HeldLoad<int>();
        var one = Cache.GetOrCreateAsync("one", _ => first.LoadAsync()).AsTask();
        var two = Cache.GetOrCreateAsync("two", _ => second.LoadAsync()).AsTask();
        await first.BegunAsync;
        await second.BegunAsync;

        second.Return(2);
        Expect.Equal(2, await Eventually.EndsAsync(two));
        first.Return(1);
        Expect.Equal(1, await Eventually.EndsAsync(one));
    }

    public async Task A_loaded_null_is_a_value()
    {
        Expect.Equal(null, await Cache.GetOrCreateAsync("key", _ => new ValueTask<string?>((string?)null)));

        var found = await Cache.GetAsync<string>("key");
        Expect.True(found.HasValue);
        Expect.Equal(null, found.Value);
        Expect.Equal(null, await Cache.GetOrCreateAsync<string?>("key", _ => throw new InvalidOperationException("Null is there.")));
    }

    public async Task A_loaded_null_is_not_stored_where_that_is_asked_for()
    {
        var policy = new CachePolicy { StoreNull = false };
        Expect.Equal(null, await Cache.GetOrCreateAsync("key", _ => new ValueTask<string?>((string?)null), policy));

        Expect.False(await Cache.ExistsAsync("key"));
        Expect.Equal("value", await Cache.GetOrCreateAsync("key", _ => new ValueTask<string?>("value"), policy));
        Expect.True(await Cache.ExistsAsync("key"));
    }

    [Ledger(45)]
    public async Task A_loaded_null_lives_as_long_as_the_negative_time_to_live()
    {
        CacheEntryOptions options = new() { TimeToLive = TimeSpan.FromHours(1), Policy = new CachePolicy { NegativeTimeToLive = TimeSpan.FromSeconds(10) } };
        await Cache.GetOrCreateAsync("absent", _ => new ValueTask<string?>((string?)null), options);
        await Cache.GetOrCreateAsync("present", _ => new ValueTask<string?>("value"), options);

        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("absent")).Remaining);
        Expect.Equal(TimeSpan.FromHours(1), (await Cache.GetTimeToLiveAsync("present")).Remaining);
        Clock.Advance(TimeSpan.FromSeconds(10));
        Expect.Equal("now", await Cache.GetOrCreateAsync("absent", _ => new ValueTask<string?>("now"), options));
    }

    public async Task A_loaded_default_is_a_value()
    {
        Expect.Equal(0, await Cache.GetOrCreateAsync("zero", _ => new ValueTask<int>(0)));
        Expect.Equal(false, await Cache.GetOrCreateAsync("false", _ => new ValueTask<bool>(false)));

        Expect.True((await Cache.GetAsync<int>("zero")).HasValue);
        Expect.True((await Cache.GetAsync<bool>("false")).HasValue);
    }

    public async Task An_expired_value_is_loaded_again()
    {
        await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1), TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(10));

        Expect.Equal(2, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), TimeSpan.FromSeconds(10)));
        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task The_time_to_live_counts_from_the_end_of_the_load()
    {
        await Cache.GetOrCreateAsync(
            "key",
            _ =>
            {
                Clock.Advance(TimeSpan.FromSeconds(20));
                return new ValueTask<int>(1);
            },
            TimeSpan.FromSeconds(10));

        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task The_loader_chooses_the_time_to_live()
    {
        await Cache.GetOrCreateAsync(
            "key",
            0,
            static (_, context, _) =>
            {
                context.TimeToLive = TimeSpan.FromSeconds(3);
                return new ValueTask<int>(1);
            },
            TimeSpan.FromHours(1));

        Expect.Equal(TimeSpan.FromSeconds(3), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task The_loader_adds_tags_to_those_of_the_call()
    {
        foreach (var tag in new[] { "call", "loader", "both" })
        {
            await Cache.GetOrCreateAsync("key", 0, AddTags, new() { Tags = ["call", "both"] });
            Expect.True(await Cache.ExistsAsync("key"));
            await Cache.RemoveByTagAsync(tag);
            Expect.False(await Cache.ExistsAsync("key"), $"the entry is gone with the tag '{tag}'");
        }

        static ValueTask<int> AddTags(int value, LoadContext context, CancellationToken token)
        {
            context.AddTags("loader", "both");
            return new(value);
        }
    }

    public async Task More_tags_than_an_entry_may_have_are_an_error_of_the_loader()
    {
        CacheEntryOptions options = new() { Tags = [.. Enumerable.Range(0, 32).Select(number => $"tag {number}")] };
        await Cache.GetOrCreateAsync("fits", 0, static (value, context, _) => Tag(value, context, "tag 5"), options);

        await Expect.ThrowsAsync<ArgumentException>(async () =>
            await Cache.GetOrCreateAsync("key", 0, static (value, context, _) => Tag(value, context, "one more"), options));
        Expect.False(await Cache.ExistsAsync("key"));

        static ValueTask<int> Tag(int value, LoadContext context, string tag)
        {
            context.AddTags(tag);
            return new(value);
        }
    }

    public async Task The_loader_may_have_its_result_not_stored()
    {
        var result = await Cache.GetOrCreateResultAsync("key", 4, static (value, context, _) => DoNotStore(value, context));

        Expect.Equal(4, result.Value);
        Expect.Equal(0, result.Version);
        Expect.False(await Cache.ExistsAsync("key"));
        Expect.Equal(5, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(5)));
        Expect.Equal(0, Cache.Statistics.Snapshot().DiscardedLoads);

        static ValueTask<int> DoNotStore(int value, LoadContext context)
        {
            context.DoNotStore();
            return new(value);
        }
    }

    public async Task The_context_knows_the_whole_key()
    {
        var key = await Cache.WithPrefix("users").GetOrCreateAsync("1", 0, static (_, context, _) => new ValueTask<string>(context.Key));

        Expect.Equal("users:1", key);
    }

    public async Task A_first_load_has_no_earlier_value_at_hand()
    {
        var had = await Cache.GetOrCreateAsync("key", 0, static (_, context, _) =>
            new ValueTask<bool>(context.HasStaleValue || context.IsRefresh || context.TryGetStaleValue<bool>(out _)));

        Expect.False(had);
    }

    public async Task A_refresh_has_the_present_value_at_hand()
    {
        await Cache.SetAsync("key", 5);

        var next = await Cache.RefreshAsync("key", 0, static (_, context, _) =>
            new ValueTask<int>(context.IsRefresh && context.HasStaleValue && context.TryGetStaleValue<int>(out var stale) ? stale + 1 : -1));

        Expect.Equal(6, next);
        Expect.Equal(6, (await Cache.GetAsync<int>("key")).Value);
    }

    public async Task A_load_after_the_expiry_has_a_value_in_reserve_at_hand()
    {
        CacheEntryOptions options = new() { TimeToLive = TimeSpan.FromSeconds(10), Policy = new CachePolicy { MaxStale = TimeSpan.FromSeconds(10) } };
        await Cache.SetAsync("key", 5, options);
        Clock.Advance(TimeSpan.FromSeconds(15));

        var next = await Cache.GetOrCreateAsync(
            "key", 0, static (_, context, _) => new ValueTask<int>(context.TryGetStaleValue<int>(out var stale) ? stale + 1 : -1), options);

        Expect.Equal(6, next);
    }

    public async Task A_value_that_is_not_modified_lives_on()
    {
        await Cache.SetAsync("key", "value", TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(9));

        var same = await Cache.RefreshAsync("key", 0, static (_, context, _) => new ValueTask<string>(context.NotModified<string>()), TimeSpan.FromSeconds(10));

        Expect.Equal("value", same);
        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task Not_modified_without_an_earlier_value_is_an_error_of_the_loader()
    {
        await Expect.ThrowsAsync<InvalidOperationException>(async () =>
            await Cache.GetOrCreateAsync("key", 0, static (_, context, _) => new ValueTask<string>(context.NotModified<string>())));

        Expect.False(await Cache.ExistsAsync("key"));
    }

    [Ledger(120)]
    public async Task The_exception_of_the_loader_reaches_all_callers_and_is_not_cached()
    {
        var held = new HeldLoad<int>();
        var callers = Enumerable.Range(0, 10).Select(_ => Cache.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask()).ToArray();
        await held.BegunAsync;
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().JoinedLoads == 9);
        held.Throw(new FormatException("broken"));

        foreach (var caller in callers)
        {
            Expect.Equal("broken", (await Expect.ThrowsAsync<FormatException>(() => Eventually.EndsAsync(caller))).Message);
        }

        Expect.Equal(1, held.Calls);
        Expect.Equal(1, Cache.Statistics.Snapshot().LoadFailures);
        Expect.False(await Cache.ExistsAsync("key"));
        Expect.Equal(2, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)));
    }

    public async Task An_exception_before_the_first_await_reaches_the_caller_too()
    {
        await Expect.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException()));

        Expect.Equal(2, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)));
    }

    public async Task A_refresh_replaces_the_present_value()
    {
        await Cache.SetAsync("key", 1, TimeSpan.FromSeconds(5));

        Expect.Equal(2, await Cache.RefreshAsync("key", _ => new ValueTask<int>(2), TimeSpan.FromSeconds(10)));
        Expect.Equal(2, (await Cache.GetAsync<int>("key")).Value);
        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task A_refresh_of_an_absent_key_loads_it()
    {
        Expect.Equal(2, await Cache.RefreshAsync("key", _ => new ValueTask<int>(2)));
        Expect.Equal(2, (await Cache.GetAsync<int>("key")).Value);
    }

    public async Task The_present_value_is_served_while_a_refresh_runs()
    {
        await Cache.SetAsync("key", 1);
        var held = new HeldLoad<int>();
        var caller = Cache.RefreshAsync("key", _ => held.LoadAsync()).AsTask();
        await held.BegunAsync;

        Expect.Equal(1, await Cache.GetOrCreateAsync<int>("key", _ => throw new InvalidOperationException("The value is there.")));
        held.Return(2);

        Expect.Equal(2, await Eventually.EndsAsync(caller));
    }

    public async Task A_refresh_that_fails_leaves_the_present_value()
    {
        await Cache.SetAsync("key", 1);

        await Expect.ThrowsAsync<FormatException>(async () => await Cache.RefreshAsync<int>("key", _ => throw new FormatException()));

        Expect.Equal(1, (await Cache.GetAsync<int>("key")).Value);
    }

    public async Task The_result_tells_version_and_life_of_what_was_loaded()
    {
        var loaded = await Cache.GetOrCreateResultAsync("key", 1, static (value, _, _) => new ValueTask<int>(value), TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(4));
        var found = await Cache.GetOrCreateResultAsync("key", 2, static (value, _, _) => new ValueTask<int>(value), TimeSpan.FromSeconds(10));

        Expect.Equal(1, loaded.Value);
        Expect.Equal(TimeSpan.FromSeconds(10), loaded.TimeToLive);
        Expect.False(loaded.IsStale);
        Expect.True(loaded.Version != 0);
        Expect.Equal(1, found.Value);
        Expect.Equal(loaded.Version, found.Version);
        Expect.Equal(TimeSpan.FromSeconds(6), found.TimeToLive);
        Expect.True(await Cache.CompareAndSetAsync("key", 3, loaded.Version));
    }

    public async Task What_never_expires_is_loaded_once()
    {
        var loaded = await Cache.GetOrCreateResultAsync("key", 1, static (value, _, _) => new ValueTask<int>(value), CacheTtl.Never);
        Clock.Advance(TimeSpan.FromDays(10_000));

        Expect.Equal(null, loaded.TimeToLive);
        Expect.Equal(1, await Cache.GetOrCreateAsync<int>("key", _ => throw new InvalidOperationException("The value is there.")));
    }

    [Ledger(26)]
    public async Task A_caller_that_is_cancelled_leaves_the_load_to_the_others()
    {
        var held = new HeldLoad<int>();
        using var source = new CancellationTokenSource();
        var first = Cache.GetOrCreateAsync("key", _ => held.LoadAsync(), cancellationToken: source.Token).AsTask();
        await held.BegunAsync;
        var second = Cache.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask();
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().JoinedLoads == 1);

        await source.CancelAsync();
        var cancelled = await Expect.ThrowsAsync<OperationCanceledException>(() => Eventually.EndsAsync(first));
        Expect.Equal(source.Token, cancelled.CancellationToken);
        held.Return(7);

        Expect.Equal(7, await Eventually.EndsAsync(second));
        Expect.Equal(7, (await Cache.GetAsync<int>("key")).Value);
    }

    [Ledger(26)]
    public async Task A_load_that_takes_too_long_fails_and_its_late_value_is_not_stored()
    {
        var held = new HeldLoad<int>();
        var caller = Cache.GetOrCreateAsync("key", _ => held.LoadAsync(), new CachePolicy { LoadTimeout = TimeSpan.FromSeconds(5) }).AsTask();
        await held.BegunAsync;
        await Eventually.TimesOutAsync(caller, Clock, TimeSpan.FromSeconds(5));
        await Expect.ThrowsAsync<LoadTimeoutException>(() => caller);

        held.Return(1);
        Expect.Equal(2, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)));
        Expect.Equal(2, (await Cache.GetAsync<int>("key")).Value);
        Expect.Equal(1, Cache.Statistics.Snapshot().LoadTimeouts);
    }
}
