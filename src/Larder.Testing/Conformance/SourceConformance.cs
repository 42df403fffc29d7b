using System.Collections.Concurrent;

namespace Larder.Testing.Conformance;

/// <summary>Caches over a source of record: reads that load, and writes that the source accepts first.</summary>
internal sealed class SourceConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private readonly ConcurrentDictionary<int, string> _rows = new();
    private int _loads;

    public async Task A_value_is_loaded_once_and_then_read_from_the_cache()
    {
        _rows[1] = "one";
        var cache = Cache.For(Source());

        Expect.Equal("one", await cache.GetAsync(1));
        Expect.Equal("one", await cache.GetAsync(1));

        Expect.Equal(1, _loads);
        Expect.Equal("one", (await Cache.GetAsync<string>("1")).Value);
    }

    public async Task An_absent_value_is_null_and_not_asked_for_again()
    {
        var cache = Cache.For(Source());

        Expect.True(await cache.GetAsync(1) is null);
        Expect.True(await cache.GetAsync(1) is null);

        Expect.Equal(1, _loads);
    }

    public async Task Many_values_are_loaded_by_one_call()
    {
        var calls = new List<int>();
        (_rows[1], _rows[2], _rows[3]) = ("one", "two", "three");
        var cache = Cache.For(CacheSource.Create<int, string>(
            (key, _) => new(_rows.GetValueOrDefault(key)),
            loadMany: (keys, _) =>
            {
                calls.Add(keys.Count);
                return new(keys.Where(_rows.ContainsKey).ToDictionary(key => key, key => _rows[key]));
            }));
        await cache.GetAsync(3);

        var values = await cache.GetManyAsync([1, 2, 3, 4, 1]);
        await cache.GetManyAsync([1, 2, 3, 4]);

        Expect.SameElements(["1 one", "2 two", "3 three"], values.Select(value => $"{value.Key} {value.Value}"));
        Expect.SameElements([3], calls);
    }

    [Ledger(85, 136)]
    public async Task A_written_value_is_in_the_source_and_in_the_cache()
    {
        var cache = Cache.For(Source());
        await cache.GetAsync(1);

        await cache.SetAsync(1, "new");

        Expect.Equal("new", _rows[1]);
        Expect.Equal("new", await cache.GetAsync(1));
        Expect.Equal("new", (await Cache.GetAsync<string>("1")).Value);
        Expect.Equal(1, _loads);
    }

    public async Task A_deleted_value_is_in_neither()
    {
        var cache = Cache.For(Source());
        await cache.SetAsync(1, "old");

        await cache.RemoveAsync(1);

        Expect.False(_rows.ContainsKey(1));
        Expect.False(await Cache.ExistsAsync("1"));
        Expect.True(await cache.GetAsync(1) is null);
    }

    [Ledger(136)]
    public async Task What_is_invalidated_after_the_source_has_saved_and_before_the_cache_stores_does_not_come_back()
    {
        await AssertAsync(1, () => Cache.RemoveAsync("1").AsTask());
        await AssertAsync(2, () => Cache.RemoveByTagAsync("rows").AsTask());
        await AssertAsync(3, () => Cache.RemoveByPatternAsync("*").AsTask());
        await AssertAsync(4, () => Cache.SetAsync("4", "changed").AsTask());

        async Task AssertAsync(int row, Func<Task> tell)
        {
            var cache = Cache.For(
                CacheSource.Create<int, string>((key, _) => new(_rows.GetValueOrDefault(key)), save: async (key, _, _, _) =>
                {
                    // Somebody else has changed the row since, and tells the cache.
                    _rows[key] = "changed";
                    await tell();
                }),
                new SourceCacheOptions { Entry = new() { Tags = ["rows"] } });

            await cache.SetAsync(row, "saved");

            Expect.Equal("changed", await cache.GetAsync(row));
        }
    }

    public async Task A_write_whose_outcome_is_not_known_leaves_no_earlier_value()
    {
        _rows[1] = "old";
        var cache = Cache.For(CacheSource.Create<int, string>(
            (key, _) => new(_rows.GetValueOrDefault(key)),
            save: (key, value, _, _) =>
            {
                _rows[key] = value;
                throw new IOException("the reply is lost");
            }));
        await cache.GetAsync(1);

        await Expect.ThrowsAsync<IOException>(() => cache.SetAsync(1, "new").AsTask());

        Expect.Equal("new", await cache.GetAsync(1));
    }

    public async Task A_load_that_began_before_a_write_is_not_stored()
    {
        var load = new HeldLoad<string?>();
        var cache = Cache.For(CacheSource.Create<int, string>((_, _) => load.LoadAsync(), save: (_, _, _, _) => default));
        var reading = cache.GetAsync(1).AsTask();
        await load.BegunAsync;

        await cache.SetAsync(1, "new");
        load.Return("old");
        await reading;

        Expect.Equal("new", await cache.GetAsync(1));
    }

    public async Task A_load_during_a_write_is_not_stored()
    {
        var (save, load) = (new HeldLoad<bool>(), new HeldLoad<string?>());
        var cache = Cache.For(CacheSource.Create<int, string>((_, _) => load.LoadAsync(), save: async (_, _, _, _) => await save.LoadAsync()));
        var writing = cache.SetAsync(1, "new").AsTask();
        await save.BegunAsync;
        var reading = cache.GetAsync(1).AsTask();
        await load.BegunAsync;

        save.Return(true);
        await writing;
        load.Return("old");
        await reading;

        var found = await Cache.GetAsync<string>("1");
        Expect.True(!found.HasValue || found.Value == "new");
    }

    [Ledger(136)]
    public async Task Of_writers_that_overlap_the_cache_has_what_the_source_has_or_nothing()
    {
        // Two processes, where the store is one that they share.
        var second = Harness.CreateCache();
        await Cache.SetAsync("shared", true);
        var caches = (await second.ExistsAsync("shared") ? new[] { Cache, second } : [Cache, Cache]).Select(cache => cache.For(Source(isSlow: true))).ToArray();

        for (var round = 0; round < 25; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
            {
                await Task.Yield();
                await caches[writer % 2].SetAsync(1, $"{round}.{writer}");
            }));

            var found = await Cache.GetAsync<string>("1");
            Expect.True(!found.HasValue || found.Value == _rows[1], $"the cache has '{found.GetValueOrDefault()}' in round {round}, the source '{_rows[1]}'");
        }
    }

    [Ledger(137)]
    public async Task Write_behind_is_read_before_the_source_has_it()
    {
        await using var cache = Cache.For(Source(), Later());

        await cache.SetAsync(1, "new");

        Expect.False(_rows.ContainsKey(1));
        Expect.Equal("new", await cache.GetAsync(1));
        await Cache.RemoveAsync("1");
        Expect.Equal("new", await cache.GetAsync(1));
        Expect.Equal("new", (await cache.GetManyAsync([1]))[1]);
        await cache.DrainAsync();
        Expect.Equal("new", _rows[1]);
    }

    public async Task Write_behind_deletes_too()
    {
        _rows[1] = "old";
        await using var cache = Cache.For(Source(), Later());
        await cache.GetAsync(1);

        await cache.RemoveAsync(1);

        Expect.True(await cache.GetAsync(1) is null);
        Expect.Equal("old", _rows[1]);
        await cache.DrainAsync();
        Expect.False(_rows.ContainsKey(1));
    }

    private static SourceCacheOptions Later() => new() { WriteBehind = new WriteBehindOptions { FlushInterval = TimeSpan.FromHours(1) } };

    private ICacheSource<int, string> Source(bool isSlow = false) => CacheSource.Create<int, string>(
        (key, _) =>
        {
            Interlocked.Increment(ref _loads);
            return new(_rows.GetValueOrDefault(key));
        },
        save: async (key, value, _, _) =>
        {
            for (var i = isSlow ? Random.Shared.Next(3) : 0; i > 0; i--)
            {
                await Task.Yield();
            }

            _rows[key] = value;
            for (var i = isSlow ? Random.Shared.Next(3) : 0; i > 0; i--)
            {
                await Task.Yield();
            }
        },
        delete: (key, _, _) =>
        {
            _rows.TryRemove(key, out _);
            return default;
        });
}
