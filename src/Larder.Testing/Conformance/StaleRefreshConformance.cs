namespace Larder.Testing.Conformance;

/// <summary>
/// Keys that are changed or invalidated while their present value is loaded anew, in the background or because a caller asked for it: what was
/// loaded is not stored.
/// </summary>
internal sealed class StaleRefreshConformance(CacheHarness harness) : StaleFillSuite(harness)
{
    private static readonly CachePolicy s_early = new() { EarlyRefresh = EarlyRefresh.AfterFraction(0.5) };

    private int _discarded;

    public Task Set_during_a_background_refresh_wins() => RefreshAsync(Set, Written);

    public Task Replace_during_a_background_refresh_wins() => RefreshAsync(Replace, Written);

    public Task Exchange_during_a_background_refresh_wins() => RefreshAsync(Exchange, Written);

    public Task Update_during_a_background_refresh_wins() => RefreshAsync(Update, Written);

    public Task Compare_and_set_during_a_background_refresh_wins() => RefreshAsync(CompareAndSet, Written);

    public Task Increment_during_a_background_refresh_wins() => RefreshAsync(Increment, Written);

    public Task A_transaction_that_sets_during_a_background_refresh_wins() => RefreshAsync(CommitSet, Written);

    public Task A_transaction_that_removes_during_a_background_refresh_wins() => RefreshAsync(CommitRemove, expected: null);

    public Task A_forced_refresh_during_a_background_refresh_wins() => RefreshAsync(Refresh, Written);

    public Task Remove_during_a_background_refresh_wins() => RefreshAsync(Remove, expected: null);

    public Task Compare_and_remove_during_a_background_refresh_wins() => RefreshAsync(CompareAndRemove, expected: null);

    public Task Remove_many_during_a_background_refresh_wins() => RefreshAsync(RemoveMany, expected: null);

    public Task Remove_by_tag_during_a_background_refresh_wins() => RefreshAsync(RemoveByTag, expected: null);

    public Task Remove_by_pattern_during_a_background_refresh_wins() => RefreshAsync(RemoveByPattern, expected: null);

    public Task Clear_during_a_background_refresh_wins() => RefreshAsync(Clear, expected: null);

    public Task Invalidating_the_key_during_a_background_refresh_wins() => RefreshAsync(InvalidateKey, expected: null);

    public Task Invalidating_a_pattern_during_a_background_refresh_wins() => RefreshAsync(InvalidatePattern, expected: null);

    public Task Invalidating_a_tag_during_a_background_refresh_wins() => RefreshAsync(InvalidateTag, expected: null);

    public Task A_delayed_invalidation_during_a_background_refresh_wins() => RefreshAsync(InvalidateLater, expected: null);

    public Task Expire_during_a_background_refresh_keeps_the_value_and_its_new_life() => RefreshAsync(Expire, Before);

    public Task Persist_during_a_background_refresh_keeps_the_value_and_its_new_life() => RefreshAsync(Persist, Before);

    public Task Invalidating_the_key_lazily_during_a_background_refresh_has_it_refreshed_again() => RefreshLazilyAsync(InvalidateKeyLazily);

    public Task Invalidating_a_pattern_lazily_during_a_background_refresh_has_it_refreshed_again() => RefreshLazilyAsync(InvalidatePatternLazily);

    public Task Invalidating_a_tag_lazily_during_a_background_refresh_has_it_refreshed_again() => RefreshLazilyAsync(InvalidateTagLazily);

    public Task Set_during_a_forced_refresh_wins() => ForceAsync(Set, Written);

    public Task Replace_during_a_forced_refresh_wins() => ForceAsync(Replace, Written);

    public Task Increment_during_a_forced_refresh_wins() => ForceAsync(Increment, Written);

    public Task Compare_and_remove_during_a_forced_refresh_wins() => ForceAsync(CompareAndRemove, expected: null);

    public Task Remove_during_a_forced_refresh_wins() => ForceAsync(Remove, expected: null);

    public Task Remove_by_tag_during_a_forced_refresh_wins() => ForceAsync(RemoveByTag, expected: null);

    public Task Clear_during_a_forced_refresh_wins() => ForceAsync(Clear, expected: null);

    public Task Expire_during_a_forced_refresh_keeps_the_value_and_its_new_life() => ForceAsync(Expire, Before);

    public Task A_later_forced_refresh_wins_over_an_earlier_one() => ForceAsync(Refresh, Written);

    private async Task RefreshAsync(Func<string, ValueTask> act, long? expected)
    {
        var held = await BeginInBackgroundAsync("k:1");
        await act("k:1");
        await DiscardAsync(held);
        await ExpectAsync("k:1", expected);

        held = await BeginInBackgroundAsync("k:2");
        await act("k:2");
        Expect.Equal(expected ?? New, await Eventually.EndsAsync(ReadAfterAsync("k:2")));
        await DiscardAsync(held);
        Expect.False((await Cache.PeekAsync<long>("k:2")).GetValueOrDefault() == Old, "what was loaded before the act is stored after it");
    }

    private async Task RefreshLazilyAsync(Func<string, ValueTask> act)
    {
        var held = await BeginInBackgroundAsync("k:1");
        await act("k:1");
        await DiscardAsync(held);
        var kept = await Cache.PeekAsync<long>("k:1");
        Expect.Equal(Before, kept.Value);
        Expect.True(kept.IsStale);

        Expect.Equal(Before, await Eventually.EndsAsync(ReadAfterAsync("k:1")));
        await Eventually.TrueAsync(async () => await Cache.PeekAsync<long>("k:1") is { HasValue: true, Value: New, IsStale: false });
    }

    private async Task ForceAsync(Func<string, ValueTask> act, long? expected)
    {
        foreach (var (key, hasReader) in new[] { ("k:1", false), ("k:2", true) })
        {
            await Cache.SetAsync(key, Before, Tagged);
            var held = new HeldLoad<long>();
            var caller = Cache.RefreshAsync(key, _ => held.LoadAsync(), Tagged).AsTask();
            await held.BegunAsync;
            await act(key);
            if (hasReader)
            {
                Expect.Equal(expected ?? New, await Eventually.EndsAsync(ReadAfterAsync(key)));
            }

            held.Return(Old);
            Expect.Equal(Old, await Eventually.EndsAsync(caller));
            await ExpectAsync(key, hasReader ? expected ?? New : expected);
        }
    }

    private async Task<HeldLoad<long>> BeginInBackgroundAsync(string key)
    {
        CacheEntryOptions options = new() { Policy = s_early, Tags = [Tag], TimeToLive = TimeSpan.FromMinutes(10) };
        await Cache.SetAsync(key, Before, options);
        Clock.Advance(TimeSpan.FromMinutes(6));
        var held = new HeldLoad<long>();
        Expect.Equal(Before, await Cache.GetOrCreateAsync(key, _ => held.LoadAsync(), options));
        await held.BegunAsync;
        return held;
    }

    private async Task DiscardAsync(HeldLoad<long> held)
    {
        _discarded++;
        held.Return(Old);
        await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().DiscardedLoads == _discarded, "the refresh is discarded");
    }
}
