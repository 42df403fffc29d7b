namespace Larder.Testing.Conformance;

/// <summary>Values that are loaded anew before they are missed, and values past their time that are better than none.</summary>
internal sealed class RefreshConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private static readonly CacheEntryOptions s_early = new() { TimeToLive = 10 * s_minute, Policy = new CachePolicy { EarlyRefresh = EarlyRefresh.AfterFraction(0.5) } };

    private static readonly CacheEntryOptions s_reserve = new() { TimeToLive = 10 * s_minute, Policy = new CachePolicy { MaxStale = 10 * s_minute, LoadTimeout = TimeSpan.FromDays(1) } };

    private static readonly CacheEntryOptions s_revalidate = new() { TimeToLive = 10 * s_minute, Policy = new CachePolicy { MaxStale = 10 * s_minute, StaleWhileRevalidate = true } };

    [Ledger(119)]
    public async Task Before_the_fraction_of_its_life_a_value_is_not_refreshed()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance((5 * s_minute) - TimeSpan.FromMilliseconds(1));

        Expect.Equal(1, await Cache.GetOrCreateAsync<int>("key", _ => throw new InvalidOperationException("It is too early."), s_early));

        Expect.Equal(0, Cache.Statistics.Snapshot().Loads);
    }

    [Ledger(119)]
    public async Task After_the_fraction_of_its_life_a_value_is_served_and_refreshed()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(5 * s_minute);

        var served = await Cache.GetOrCreateResultAsync("key", 2, static (value, _, _) => new ValueTask<int>(value), s_early);

        Expect.Equal(1, served.Value);
        Expect.False(served.IsStale);
        await HoldsAsync("key", 2);
        Expect.Equal(10 * s_minute, (await Cache.GetTimeToLiveAsync("key")).Remaining);
        Expect.Equal(1, Cache.Statistics.Snapshot().Refreshes);
    }

    public async Task A_value_that_nobody_reads_is_not_refreshed()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(9 * s_minute);
        await Cache.GetAsync<int>("key");

        Expect.Equal(0, Cache.Statistics.Snapshot().Loads);
    }

    [Ledger(118)]
    public async Task Many_readers_cause_one_early_refresh()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(6 * s_minute);
        var held = new HeldLoad<int>();

        for (var i = 0; i < 20; i++)
        {
            Expect.Equal(1, await Cache.GetOrCreateAsync("key", _ => held.LoadAsync(), s_early));
        }

        await held.BegunAsync;
        held.Return(2);
        await HoldsAsync("key", 2);
        Expect.Equal(1, held.Calls);
        Expect.Equal(1, Cache.Statistics.Snapshot().Loads);
    }

    public async Task An_early_refresh_that_fails_leaves_the_value_and_pauses()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(6 * s_minute);
        Expect.Equal(1, await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), s_early));
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().LoadFailures == 1);

        Expect.Equal(1, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), s_early));
        Expect.Equal(1, Cache.Statistics.Snapshot().Loads);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(async () => await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(3), s_early) == 3);
    }

    [Ledger(116)]
    public async Task A_probabilistic_refresh_is_almost_certain_when_the_load_takes_longer_than_what_remains()
    {
        CacheEntryOptions options = new() { TimeToLive = 10 * s_minute, Policy = new CachePolicy { EarlyRefresh = EarlyRefresh.XFetch() } };
        await Cache.GetOrCreateAsync(
            "key",
            _ =>
            {
                Clock.Advance(TimeSpan.FromSeconds(20));
                return new ValueTask<int>(1);
            },
            options);
        Clock.Advance((10 * s_minute) - TimeSpan.FromMilliseconds(20));

        // Each read refreshes with a probability of 0.999.
        await Eventually.TrueAsync(async () => await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), options) == 2);
        Expect.Equal(1, Cache.Statistics.Snapshot().Refreshes);
    }

    [Ledger(116)]
    public async Task A_probabilistic_refresh_is_out_of_the_question_when_the_load_is_short_and_much_time_remains()
    {
        CacheEntryOptions options = new() { TimeToLive = 10 * s_minute, Policy = new CachePolicy { EarlyRefresh = EarlyRefresh.XFetch() } };
        await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1), options);
        Clock.Advance((10 * s_minute) - TimeSpan.FromSeconds(1));

        for (var i = 0; i < 200; i++)
        {
            Expect.Equal(1, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), options));
        }

        Expect.Equal(0, Cache.Statistics.Snapshot().Refreshes);
    }

    [Ledger(117)]
    public async Task A_greater_beta_refreshes_earlier()
    {
        CacheEntryOptions options = new() { TimeToLive = 10 * s_minute, Policy = new CachePolicy { EarlyRefresh = EarlyRefresh.XFetch(1000) } };
        await Cache.GetOrCreateAsync(
            "key",
            _ =>
            {
                Clock.Advance(TimeSpan.FromSeconds(20));
                return new ValueTask<int>(1);
            },
            options);

        await Eventually.TrueAsync(async () => await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), options) == 2);
    }

    public Task A_key_that_was_invalidated_lazily_is_served_stale_and_refreshed() => InvalidateLazilyAsync(new InvalidationGroup().AddKeys("key"));

    public Task A_pattern_that_was_invalidated_lazily_is_served_stale_and_refreshed() => InvalidateLazilyAsync(new InvalidationGroup().AddPatterns("k*"));

    public Task A_tag_that_was_invalidated_lazily_is_served_stale_and_refreshed() => InvalidateLazilyAsync(new InvalidationGroup().AddTags("tag"));

    public async Task What_was_invalidated_lazily_is_refreshed_once_for_many_readers()
    {
        await Cache.SetAsync("key", 1);
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);
        var held = new HeldLoad<int>();

        for (var i = 0; i < 20; i++)
        {
            Expect.Equal(1, await Cache.GetOrCreateAsync("key", _ => held.LoadAsync()));
        }

        await held.BegunAsync;
        held.Return(2);
        await HoldsAsync("key", 2);
        Expect.Equal(1, held.Calls);
        Expect.Equal(20, Cache.Statistics.Snapshot().StaleHits);
    }

    [Ledger(115)]
    public async Task A_value_past_its_expiry_is_served_while_it_is_loaded_where_that_is_asked_for()
    {
        await Cache.SetAsync("key", 1, s_revalidate);
        Clock.Advance(15 * s_minute);
        var held = new HeldLoad<int>();

        var served = await Cache.GetOrCreateResultAsync("key", held, static (held, context, _) => held.LoadAsync(context), s_revalidate);

        Expect.Equal(1, served.Value);
        Expect.True(served.IsStale);
        Expect.Equal(TimeSpan.Zero, served.TimeToLive);
        await held.BegunAsync;
        Expect.False((await Cache.GetAsync<int>("key")).HasValue, "a plain read finds an expired value");
        held.Return(2);
        await HoldsAsync("key", 2);
        Expect.Equal(1, held.Calls);
    }

    [Ledger(121)]
    public async Task A_value_past_its_greatest_staleness_is_not_served()
    {
        await Cache.SetAsync("swr", 1, s_revalidate);
        await Cache.SetAsync("sie", 1, s_reserve);
        Clock.Advance(20 * s_minute);

        Expect.Equal(2, await Cache.GetOrCreateAsync("swr", _ => new ValueTask<int>(2), s_revalidate));
        await Expect.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("sie", _ => throw new FormatException(), s_reserve));
    }

    public async Task Without_a_staleness_an_expired_value_is_not_served_when_the_load_fails()
    {
        await Cache.SetAsync("key", 1, s_minute);
        Clock.Advance(s_minute);

        await Expect.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException()));
    }

    [Ledger(120, 121)]
    public async Task When_the_load_fails_a_value_past_its_expiry_is_served_as_stale()
    {
        await Cache.SetAsync("key", 1, s_reserve);
        Clock.Advance(15 * s_minute);

        var served = await Cache.GetOrCreateResultAsync<int, int>("key", 0, static (_, _, _) => throw new FormatException(), s_reserve);

        Expect.Equal(1, served.Value);
        Expect.True(served.IsStale);
        Expect.Equal(1, Cache.Statistics.Snapshot().StaleHits);
        Expect.Equal(1, Cache.Statistics.Snapshot().LoadFailures);
    }

    public async Task When_the_load_succeeds_a_value_past_its_expiry_is_replaced()
    {
        await Cache.SetAsync("key", 1, s_reserve);
        Clock.Advance(15 * s_minute);

        var loaded = await Cache.GetOrCreateResultAsync("key", 2, static (value, _, _) => new ValueTask<int>(value), s_reserve);

        Expect.Equal(2, loaded.Value);
        Expect.False(loaded.IsStale);
        Expect.Equal(1, Cache.Statistics.Snapshot().Misses);
    }

    public async Task After_a_failure_the_stale_value_is_served_without_another_try_for_a_while()
    {
        await Cache.SetAsync("key", 1, s_reserve);
        Clock.Advance(12 * s_minute);
        await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), s_reserve);

        Expect.Equal(1, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), s_reserve));
        Clock.Advance(TimeSpan.FromMilliseconds(999));
        Expect.Equal(1, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), s_reserve));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Expect.Equal(2, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), s_reserve));
        Expect.Equal(2, Cache.Statistics.Snapshot().Loads);
    }

    public async Task Without_a_pause_each_read_tries_again()
    {
        CacheEntryOptions options = new() { TimeToLive = s_minute, Policy = new CachePolicy { MaxStale = s_minute, FailurePause = TimeSpan.Zero } };
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(s_minute);

        await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), options);
        await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), options);

        Expect.Equal(2, Cache.Statistics.Snapshot().Loads);
    }

    public async Task When_the_load_takes_too_long_a_value_past_its_expiry_is_served()
    {
        CacheEntryOptions options = new() { TimeToLive = s_minute, Policy = new CachePolicy { MaxStale = TimeSpan.FromDays(1), LoadTimeout = s_minute } };
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(s_minute);
        var held = new HeldLoad<int>();
        var caller = Cache.GetOrCreateResultAsync("key", held, static (held, context, _) => held.LoadAsync(context), options).AsTask();
        await held.BegunAsync;
        await Eventually.TimesOutAsync(caller, Clock, s_minute);

        var served = await caller;
        Expect.Equal(1, served.Value);
        Expect.True(served.IsStale);
        held.Return(2);
    }

    [Ledger(115)]
    public async Task A_caller_waits_no_longer_than_the_soft_timeout_and_the_load_goes_on()
    {
        CacheEntryOptions options = new()
        {
            TimeToLive = s_minute,
            Policy = new CachePolicy { MaxStale = TimeSpan.FromDays(1), SoftTimeout = TimeSpan.FromSeconds(2), LoadTimeout = TimeSpan.FromDays(1) },
        };
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(s_minute);
        var held = new HeldLoad<int>();
        var caller = Cache.GetOrCreateResultAsync("key", held, static (held, context, _) => held.LoadAsync(context), options).AsTask();
        await held.BegunAsync;
        await AdvanceUntilAsync(() => caller.IsCompleted);

        var served = await Eventually.EndsAsync(caller);
        Expect.Equal(1, served.Value);
        Expect.True(served.IsStale);
        held.Return(2);
        await HoldsAsync("key", 2);
        Expect.Equal(1, held.Calls);
        Expect.Equal(0, Cache.Statistics.Snapshot().LoadFailures);
    }

    public async Task A_load_within_the_soft_timeout_is_waited_for()
    {
        CacheEntryOptions options = new() { TimeToLive = s_minute, Policy = new CachePolicy { MaxStale = s_minute, SoftTimeout = TimeSpan.FromSeconds(2) } };
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(s_minute);
        var held = new HeldLoad<int>();
        var caller = Cache.GetOrCreateAsync("key", _ => held.LoadAsync(), options).AsTask();
        await held.BegunAsync;
        held.Return(2);

        Expect.Equal(2, await Eventually.EndsAsync(caller));
    }

    public async Task Without_a_stale_value_the_soft_timeout_does_not_count()
    {
        CacheEntryOptions options = new() { Policy = new CachePolicy { MaxStale = s_minute, SoftTimeout = TimeSpan.FromSeconds(2) } };
        var held = new HeldLoad<int>();
        var caller = Cache.GetOrCreateAsync("key", _ => held.LoadAsync(), options).AsTask();
        await held.BegunAsync;
        Clock.Advance(TimeSpan.FromSeconds(10));
        held.Return(2);

        Expect.Equal(2, await Eventually.EndsAsync(caller));
    }

    public async Task What_was_removed_is_not_served_as_stale()
    {
        await Cache.SetAsync("key", 1, s_reserve);
        Clock.Advance(15 * s_minute);
        await Cache.RemoveAsync("key");

        await Expect.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), s_reserve));
    }

    public async Task What_was_removed_by_tag_is_not_served_as_stale()
    {
        await Cache.SetAsync("key", 1, s_reserve with { Tags = ["tag"] });
        Clock.Advance(15 * s_minute);
        await Cache.RemoveByTagAsync("tag");

        await Expect.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), s_reserve));
    }

    public async Task What_was_removed_while_its_load_fails_is_not_put_back()
    {
        await Cache.SetAsync("key", 1, s_reserve);
        Clock.Advance(15 * s_minute);
        var held = new HeldLoad<int>();
        var caller = Cache.GetOrCreateAsync("key", _ => held.LoadAsync(), s_reserve).AsTask();
        await held.BegunAsync;
        await Cache.RemoveAsync("key");
        held.Throw(new FormatException());
        await Eventually.EndsAsync(caller);

        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
        await Expect.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), s_reserve));
    }

    private async Task InvalidateLazilyAsync(InvalidationGroup group)
    {
        await Cache.SetAsync("key", 1, new() { Tags = ["tag"] });
        await Cache.InvalidateAsync(group, InvalidationMode.Lazy);

        var served = await Cache.GetOrCreateResultAsync("key", 2, static (value, _, _) => new ValueTask<int>(value));

        Expect.Equal(1, served.Value);
        Expect.True(served.IsStale);
        await HoldsAsync("key", 2);
        Expect.False((await Cache.GetAsync<int>("key")).IsStale);
    }

    private Task HoldsAsync(string key, int expected) =>
        Eventually.TrueAsync(async () => (await Cache.PeekAsync<int>(key)).GetValueOrDefault() == expected, $"'{key}' holds {expected}");

    /// <summary>Moves the clock on until a condition holds: the timer that is waited for may not be armed yet.</summary>
    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(
        () =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(100));
            return condition();
        },
        "it happens as time goes on");
}
