namespace Larder.Testing.Conformance;

/// <summary>
/// Keys that are changed or invalidated while they are loaded together with others: what was loaded of them is not stored, what was loaded of
/// the others is.
/// </summary>
internal sealed class StaleManyConformance(CacheHarness harness) : StaleFillSuite(harness)
{
    public Task Set_during_a_load_of_many_wins() => LoadAsync(Set, Written);

    public Task Set_many_during_a_load_of_many_wins() => LoadAsync(SetMany, Written);

    public Task Add_during_a_load_of_many_wins() => LoadAsync(Add, Written);

    public Task Increment_during_a_load_of_many_wins() => LoadAsync(Increment, Written);

    public Task A_transaction_that_sets_during_a_load_of_many_wins() => LoadAsync(CommitSet, Written);

    public Task A_transaction_that_removes_during_a_load_of_many_wins() => LoadAsync(CommitRemove, expected: null);

    public Task A_forced_refresh_during_a_load_of_many_wins() => LoadAsync(Refresh, Written);

    public Task Remove_during_a_load_of_many_wins() => LoadAsync(Remove, expected: null);

    public Task Remove_many_during_a_load_of_many_wins() => LoadAsync(RemoveMany, expected: null);

    public Task Remove_by_pattern_during_a_load_of_many_wins() => LoadAsync(RemoveByPattern, expected: null);

    public Task Expire_during_a_load_of_many_wins() => LoadAsync(Expire, expected: null);

    public Task Invalidating_the_key_during_a_load_of_many_wins() => LoadAsync(InvalidateKey, expected: null);

    public Task Invalidating_the_key_lazily_during_a_load_of_many_wins() => LoadAsync(InvalidateKeyLazily, expected: null);

    public Task Clear_during_a_load_of_many_wins() => LoadAsync(Clear, expected: null, isOtherKept: false);

    public Task Remove_by_tag_during_a_load_of_many_wins() => LoadAsync(RemoveByTag, expected: null, isOtherKept: false, Tagged);

    public Task Invalidating_a_tag_during_a_load_of_many_wins() => LoadAsync(InvalidateTag, expected: null, isOtherKept: false, Tagged);

    public Task Invalidating_a_tag_lazily_during_a_load_of_many_wins() => LoadAsync(InvalidateTagLazily, expected: null, isOtherKept: false, Tagged);

    private async Task LoadAsync(Func<string, ValueTask> act, long? expected, bool isOtherKept = true, CacheEntryOptions options = default)
    {
        foreach (var (key, hasReader) in new[] { ("k:1", false), ("k:2", true), ("k:3", true) })
        {
            await Cache.ClearAsync();
            var held = new HeldLoad<IReadOnlyDictionary<string, long>>();
            var caller = Cache.GetOrCreateManyAsync<long>(["other", key], (_, _) => held.LoadAsync(), options).AsTask();
            await held.BegunAsync;
            await act(key);
            if (hasReader)
            {
                var reader = key == "k:2" ? ReadAfterAsync(key, options) : ReadManyAfterAsync(key, options);
                Expect.Equal(expected ?? New, await Eventually.EndsAsync(reader));
            }

            held.Return(new Dictionary<string, long> { ["other"] = Old, [key] = Old });
            var values = await Eventually.EndsAsync(caller);
            Expect.Equal(Old, values[key]);
            Expect.Equal(Old, values["other"]);
            await ExpectAsync(key, hasReader ? expected ?? New : expected);
            await ExpectAsync("other", isOtherKept ? Old : null);
        }
    }

    private async Task<long> ReadManyAfterAsync(string key, CacheEntryOptions options) =>
        (await Cache.GetOrCreateManyAsync<long>([key], static (keys, _) => new(keys.ToDictionary(key => key, _ => New)), options))[key];
}
