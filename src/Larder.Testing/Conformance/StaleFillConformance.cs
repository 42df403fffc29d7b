namespace Larder.Testing.Conformance;

/// <summary>
/// Keys that are changed or invalidated while callers wait for a load of them: the loaded value goes to those callers, is not stored, and never
/// reaches a reader that begins after the change has returned.
/// </summary>
internal sealed class StaleFillConformance(CacheHarness harness) : StaleFillSuite(harness)
{
    public Task Set_during_a_load_wins() => LoadAsync(Set, Written);

    public Task Set_many_during_a_load_wins() => LoadAsync(SetMany, Written);

    public Task Add_during_a_load_wins() => LoadAsync(Add, Written);

    public Task Exchange_during_a_load_wins() => LoadAsync(Exchange, Written);

    public Task Update_during_a_load_wins() => LoadAsync(Update, Written);

    public Task Increment_during_a_load_wins() => LoadAsync(Increment, Written);

    public Task A_compare_and_set_of_the_absent_entry_during_a_load_wins() => LoadAsync(CompareAndSet, Written);

    public Task A_transaction_that_sets_during_a_load_wins() => LoadAsync(CommitSet, Written);

    public Task A_transaction_that_removes_during_a_load_keeps_it_from_being_stored() => LoadAsync(CommitRemove, expected: null);

    public Task A_forced_refresh_during_a_load_wins() => LoadAsync(Refresh, Written);

    [Ledger(141)]
    [LedgerFault(31)]
    public Task Remove_during_a_load_keeps_it_from_being_stored() => LoadAsync(Remove, expected: null);

    public Task Remove_many_during_a_load_keeps_it_from_being_stored() => LoadAsync(RemoveMany, expected: null);

    public Task Remove_by_a_tag_of_the_call_during_a_load_keeps_it_from_being_stored() => LoadAsync(RemoveByTag, expected: null, Tagged);

    public Task Remove_by_pattern_during_a_load_keeps_it_from_being_stored() => LoadAsync(RemoveByPattern, expected: null);

    public Task Clear_during_a_load_keeps_it_from_being_stored() => LoadAsync(Clear, expected: null);

    public Task Expire_during_a_load_keeps_it_from_being_stored() => LoadAsync(Expire, expected: null);

    public Task Persist_during_a_load_keeps_it_from_being_stored() => LoadAsync(Persist, expected: null);

    public Task Invalidating_the_key_during_a_load_keeps_it_from_being_stored() => LoadAsync(InvalidateKey, expected: null);

    public Task Invalidating_a_pattern_during_a_load_keeps_it_from_being_stored() => LoadAsync(InvalidatePattern, expected: null);

    public Task Invalidating_a_tag_of_the_call_during_a_load_keeps_it_from_being_stored() => LoadAsync(InvalidateTag, expected: null, Tagged);

    public Task Invalidating_the_key_lazily_during_a_load_keeps_it_from_being_stored() => LoadAsync(InvalidateKeyLazily, expected: null);

    public Task Invalidating_a_pattern_lazily_during_a_load_keeps_it_from_being_stored() => LoadAsync(InvalidatePatternLazily, expected: null);

    public Task Invalidating_a_tag_of_the_call_lazily_during_a_load_keeps_it_from_being_stored() =>
        LoadAsync(InvalidateTagLazily, expected: null, Tagged);

    public Task Remove_by_a_tag_that_only_the_loader_knows_keeps_it_from_being_stored() => LoadAndTagAsync(RemoveByTag);

    public Task Invalidating_a_tag_that_only_the_loader_knows_keeps_it_from_being_stored() => LoadAndTagAsync(InvalidateTag);

    public Task Invalidating_lazily_a_tag_that_only_the_loader_knows_keeps_it_from_being_stored() => LoadAndTagAsync(InvalidateTagLazily);

    public async Task A_delayed_invalidation_that_comes_due_during_a_load_keeps_it_from_being_stored()
    {
        var held = new HeldLoad<long>();
        var done = new TaskCompletionSource<CacheInvalidation>(TaskCreationOptions.RunContinuationsAsynchronously);
        Cache.Events.Invalidated += invalidation => done.TrySetResult(invalidation);
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(TimeSpan.FromMilliseconds(10)));
        var caller = Cache.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask();
        await held.BegunAsync;

        Clock.Advance(TimeSpan.FromMilliseconds(10));
        await Eventually.EndsAsync(done.Task);
        Expect.Equal(New, await Eventually.EndsAsync(Cache.GetOrCreateAsync("key", _ => new ValueTask<long>(New)).AsTask()));
        held.Return(Old);

        Expect.Equal(Old, await Eventually.EndsAsync(caller));
        await ExpectAsync("key", New);
    }

    public async Task A_change_of_another_key_does_not_keep_a_load_from_being_stored()
    {
        var held = new HeldLoad<long>();
        var caller = Cache.GetOrCreateAsync("key", _ => held.LoadAsync(), new() { Tags = ["tag"] }).AsTask();
        await held.BegunAsync;

        await Cache.SetAsync("other", Written);
        await Cache.RemoveAsync("other");
        await Cache.RemoveByPatternAsync("o*");
        await Cache.RemoveByTagAsync("other");
        await Cache.WithPrefix("view").ClearAsync();
        held.Return(Old);

        Expect.Equal(Old, await Eventually.EndsAsync(caller));
        await ExpectAsync("key", Old);
        Expect.Equal(0, Cache.Statistics.Snapshot().DiscardedLoads);
    }

    public async Task What_does_not_take_place_does_not_keep_a_load_from_being_stored()
    {
        var held = new HeldLoad<long>();
        var caller = Cache.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask();
        await held.BegunAsync;

        Expect.False(await Cache.ReplaceAsync("key", Written));
        Expect.False(await Cache.CompareAndSetAsync("key", Written, 12345));
        Expect.False(await Cache.CompareAndRemoveAsync("key", 12345));
        Expect.False(await Cache.CreateTransaction().RequirePresent("key").Remove("key").CommitAsync());
        held.Return(Old);

        Expect.Equal(Old, await Eventually.EndsAsync(caller));
        await ExpectAsync("key", Old);
    }

    public async Task A_load_that_began_later_is_stored_whichever_ends_first()
    {
        var first = new HeldLoad<long>();
        var second = new HeldLoad<long>();
        var early = Cache.GetOrCreateAsync("key", _ => first.LoadAsync()).AsTask();
        await first.BegunAsync;
        await Cache.RemoveAsync("key");
        var late = Cache.GetOrCreateAsync("key", _ => second.LoadAsync()).AsTask();
        await second.BegunAsync;

        first.Return(Old);
        Expect.Equal(Old, await Eventually.EndsAsync(early));
        await ExpectAsync("key", null);
        second.Return(New);

        Expect.Equal(New, await Eventually.EndsAsync(late));
        await ExpectAsync("key", New);
    }

    public async Task Readers_after_a_removal_share_one_new_load()
    {
        var first = new HeldLoad<long>();
        var second = new HeldLoad<long>();
        var early = Cache.GetOrCreateAsync("key", _ => first.LoadAsync()).AsTask();
        await first.BegunAsync;
        await Cache.RemoveAsync("key");

        var late = Enumerable.Range(0, 10).Select(_ => Cache.GetOrCreateAsync("key", _ => second.LoadAsync()).AsTask()).ToArray();
        await second.BegunAsync;
        second.Return(New);
        foreach (var reader in late)
        {
            Expect.Equal(New, await Eventually.EndsAsync(reader));
        }

        first.Return(Old);
        Expect.Equal(Old, await Eventually.EndsAsync(early));
        Expect.Equal(1, second.Calls);
        await ExpectAsync("key", New);
    }

    private async Task LoadAsync(Func<string, ValueTask> act, long? expected, CacheEntryOptions options = default)
    {
        var (held, caller) = await BeginAsync("k:1", options);
        await act("k:1");
        held.Return(Old);
        Expect.Equal(Old, await Eventually.EndsAsync(caller));
        await ExpectAsync("k:1", expected);

        (held, caller) = await BeginAsync("k:2", options);
        await act("k:2");
        Expect.Equal(expected ?? New, await Eventually.EndsAsync(ReadAfterAsync("k:2", options)));
        held.Return(Old);
        Expect.Equal(Old, await Eventually.EndsAsync(caller));
        await ExpectAsync("k:2", expected ?? New);
        Expect.Equal(1, held.Calls);
    }

    /// <summary>The tag is known only when the load ends, so the reader may wait until then; but it does not take the value.</summary>
    private async Task LoadAndTagAsync(Func<string, ValueTask> act)
    {
        var (held, caller) = await BeginAsync("k:1", default, static context => context.AddTags(Tag));
        await act("k:1");
        held.Return(Old);
        Expect.Equal(Old, await Eventually.EndsAsync(caller));
        await ExpectAsync("k:1", null);

        (held, caller) = await BeginAsync("k:2", default, static context => context.AddTags(Tag));
        await act("k:2");
        var reader = ReadAfterAsync("k:2");
        var readerOfMany = Cache.GetOrCreateManyAsync<long>(["k:2"], static (keys, _) => new(keys.ToDictionary(key => key, _ => New))).AsTask();
        held.Return(Old);
        Expect.Equal(Old, await Eventually.EndsAsync(caller));
        Expect.Equal(New, await Eventually.EndsAsync(reader));
        Expect.Equal(New, (await Eventually.EndsAsync(readerOfMany))["k:2"]);
        await ExpectAsync("k:2", New);
    }

    private async Task<(HeldLoad<long> Held, Task<long> Caller)> BeginAsync(string key, CacheEntryOptions options, Action<LoadContext>? decide = null)
    {
        var held = new HeldLoad<long>(decide);
        var caller = Cache.GetOrCreateAsync(key, held, static (held, context, _) => held.LoadAsync(context), options).AsTask();
        await held.BegunAsync;
        return (held, caller);
    }
}
