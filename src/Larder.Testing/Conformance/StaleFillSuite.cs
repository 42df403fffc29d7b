namespace Larder.Testing.Conformance;

/// <summary>
/// What may happen to a key while a load of it is held open. Each act is done twice, on keys of its own: once with nobody looking, and
/// once with a reader that begins after the act has returned and must not be given what was loaded before it.
/// </summary>
internal abstract class StaleFillSuite(CacheHarness harness) : ConformanceSuite(harness)
{
    /// <summary>What is there before, where anything is.</summary>
    protected const long Before = 10;

    /// <summary>What the load that is held open yields.</summary>
    protected const long Old = 1;

    /// <summary>What the load of the reader that comes after the act yields.</summary>
    protected const long New = 2;

    /// <summary>What acts that write leave behind.</summary>
    protected const long Written = 3;

    protected const string Tag = "tag";

    protected static CacheEntryOptions Tagged { get; } = new() { Tags = [Tag] };

    protected Func<string, ValueTask> Set => key => Cache.SetAsync(key, Written);

    protected Func<string, ValueTask> SetMany => key => Cache.SetManyAsync([KeyValuePair.Create(key, Written)]);

    protected Func<string, ValueTask> Add => async key => Expect.True(await Cache.AddAsync(key, Written));

    protected Func<string, ValueTask> Replace => async key => Expect.True(await Cache.ReplaceAsync(key, Written));

    protected Func<string, ValueTask> Exchange => async key => await Cache.ExchangeAsync(key, Written);

    protected Func<string, ValueTask> Update => async key => await Cache.UpdateAsync<long>(key, _ => Written);

    protected Func<string, ValueTask> CompareAndSet => async key =>
        Expect.True(await Cache.CompareAndSetAsync(key, Written, (await Cache.PeekAsync<long>(key)).Version));

    protected Func<string, ValueTask> Increment => async key =>
        Expect.Equal(Written, await Cache.IncrementAsync(key, Written - (await Cache.PeekAsync<long>(key)).GetValueOrDefault()));

    protected Func<string, ValueTask> CommitSet => async key => Expect.True(await Cache.CreateTransaction().Set(key, Written).CommitAsync());

    protected Func<string, ValueTask> CommitRemove => async key => Expect.True(await Cache.CreateTransaction().Remove(key).CommitAsync());

    protected Func<string, ValueTask> Refresh => async key => Expect.Equal(Written, await Cache.RefreshAsync(key, _ => new ValueTask<long>(Written)));

    protected Func<string, ValueTask> Remove => async key => await Cache.RemoveAsync(key);

    protected Func<string, ValueTask> CompareAndRemove => async key =>
        Expect.True(await Cache.CompareAndRemoveAsync(key, (await Cache.PeekAsync<long>(key)).Version));

    protected Func<string, ValueTask> RemoveMany => async key => await Cache.RemoveManyAsync(["unrelated", key]);

    protected Func<string, ValueTask> RemoveByTag => _ => Cache.RemoveByTagAsync(Tag);

    protected Func<string, ValueTask> RemoveByPattern => async key => await Cache.RemoveByPatternAsync(key[..^1] + "?");

    protected Func<string, ValueTask> Clear => async _ => await Cache.ClearAsync();

    protected Func<string, ValueTask> InvalidateKey => key => Cache.InvalidateAsync(new InvalidationGroup().AddKeys(key));

    protected Func<string, ValueTask> InvalidatePattern => key => Cache.InvalidateAsync(new InvalidationGroup().AddPatterns(key[..2] + "*"));

    protected Func<string, ValueTask> InvalidateTag => _ => Cache.InvalidateAsync(new InvalidationGroup().AddTags(Tag));

    protected Func<string, ValueTask> InvalidateKeyLazily => key => Cache.InvalidateAsync(new InvalidationGroup().AddKeys(key), InvalidationMode.Lazy);

    protected Func<string, ValueTask> InvalidatePatternLazily => key =>
        Cache.InvalidateAsync(new InvalidationGroup().AddPatterns(key[..2] + "*"), InvalidationMode.Lazy);

    protected Func<string, ValueTask> InvalidateTagLazily => _ => Cache.InvalidateAsync(new InvalidationGroup().AddTags(Tag), InvalidationMode.Lazy);

    protected Func<string, ValueTask> InvalidateLater => async key =>
    {
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys(key), InvalidationMode.Delayed(TimeSpan.FromMilliseconds(10)));
        var before = await Cache.PeekAsync<long>(key);
        var removes = Cache.Statistics.Snapshot().Removes;
        Clock.Advance(TimeSpan.FromMilliseconds(10));
        if (before.HasValue)
        {
            // That the entry is gone shows a moment before the removal is over, and until then loads may be kept from being stored.
            await Eventually.TrueAsync(() => Cache.Statistics.Snapshot().Removes > removes);
            Expect.False(await Cache.ExistsAsync(key));
        }
    };

    protected Func<string, ValueTask> Expire => async key => await Cache.ExpireAsync(key, TimeSpan.FromHours(1));

    protected Func<string, ValueTask> Persist => async key => await Cache.PersistAsync(key);

    /// <summary>Reads as one who comes after the act, and loads what is new if there is nothing.</summary>
    protected Task<long> ReadAfterAsync(string key, CacheEntryOptions options = default) =>
        Cache.GetOrCreateAsync(key, _ => new ValueTask<long>(New), options).AsTask();

    /// <summary>Checks what a key holds at the end.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The value; <see langword="null"/> for none.</param>
    protected async Task ExpectAsync(string key, long? expected)
    {
        var found = await Cache.PeekAsync<long>(key);
        Expect.Equal(expected, found.HasValue ? found.Value : null, $"what '{key}' holds at the end");
    }
}
