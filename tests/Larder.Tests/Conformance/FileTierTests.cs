using System.Security.Cryptography;
using System.Text;
using Larder.Samples.CustomTier;
using Larder.Tiers;

namespace Larder.Tests.Conformance;

/// <summary>What is special about files: crashes, damage, odd keys, several processes. Everything else is in the conformance suites.</summary>
public sealed class FileTierTests : IAsyncDisposable
{
    private readonly FileHarness _harness = new();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_new_cache_over_the_same_folder_finds_what_an_earlier_one_stored()
    {
        await using (var earlier = Cache.Over(NewTier(), WithClock))
        {
            await earlier.SetAsync("key", "value", new() { TimeToLive = TimeSpan.FromMinutes(3), Tags = ["tag"] });
            await earlier.IncrementAsync("counter", 7);
        }

        var later = _harness.CreateCache();

        var found = await later.GetAsync<string>("key");
        Assert.Equal("value", found.Value);
        Assert.Equal(TimeSpan.FromMinutes(3), found.TimeToLive);
        Assert.Equal(8, await later.IncrementAsync("counter"));
        await later.RemoveByTagAsync("tag");
        Assert.False(await later.ExistsAsync("key"));
    }

    [Fact]
    public async Task An_invalidated_tag_stays_invalidated_for_a_new_cache()
    {
        await using (var earlier = Cache.Over(NewTier(), WithClock))
        {
            await earlier.SetAsync("key", 1, new() { Tags = ["tag"] });
            await earlier.RemoveByTagAsync("tag");
        }

        Assert.False(await _harness.CreateCache().ExistsAsync("key"));
    }

    [Fact]
    public async Task Time_passes_while_no_cache_is_open()
    {
        await using (var earlier = Cache.Over(NewTier(), WithClock))
        {
            await earlier.SetAsync("key", 1, TimeSpan.FromMinutes(1));
        }

        _harness.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.False(await _harness.CreateCache().ExistsAsync("key"));
    }

    [Fact]
    public async Task Two_caches_count_together_without_losing_any()
    {
        var caches = new[] { _harness.CreateCache(), _harness.CreateCache() };

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => caches[i % 2].IncrementAsync("counter").AsTask()));

        Assert.Equal(60, (await caches[0].GetAsync<long>("counter")).Value);
    }

    [Fact]
    public async Task A_lock_of_one_cache_is_held_against_another()
    {
        var (one, other) = (_harness.CreateCache(), _harness.CreateCache());
        var held = await one.TryAcquireLockAsync("name", TimeSpan.FromSeconds(10));
        Assert.NotNull(held);

        Assert.Null(await other.TryAcquireLockAsync("name", TimeSpan.FromSeconds(10)));
        await held.DisposeAsync();

        await using var next = await other.TryAcquireLockAsync("name", TimeSpan.FromSeconds(10));
        Assert.True(next?.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task What_one_cache_removes_the_other_does_not_find()
    {
        var (one, other) = (_harness.CreateCache(), _harness.CreateCache());
        await one.SetAsync("key", "value");
        Assert.True(await other.ExistsAsync("key"));

        Assert.True(await other.RemoveAsync("key"));

        Assert.False(await one.ExistsAsync("key"));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/b\\c:d*e?f|g<h>i\"j")]
    [InlineData("CON")]
    [InlineData(".")]
    [InlineData("line\nbreak\0zero")]
    [InlineData("\u00e9\u4e2d\U0001F600")]
    [InlineData("trailing. ")]
    public async Task Any_key_is_a_file_in_the_folder_and_is_listed_as_it_was(string key)
    {
        var cache = _harness.CreateCache();

        await cache.SetAsync(key, "value");

        Assert.Equal("value", (await cache.GetAsync<string>(key)).Value);
        Assert.Equal([key], await cache.KeysAsync().ToListAsync());
        Assert.Single(_harness.Files);
    }

    [Fact]
    public async Task Keys_that_differ_in_case_alone_are_different_files()
    {
        var cache = _harness.CreateCache();

        await cache.SetAsync("key", 1);
        await cache.SetAsync("KEY", 2);

        Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
        Assert.Equal(2, _harness.Files.Select(Path.GetFileName).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public async Task A_key_of_the_greatest_length_is_stored()
    {
        var key = new string('\u4e2d', 1024);
        var cache = _harness.CreateCache();

        await cache.SetAsync(key, 1);

        Assert.Equal([key], await cache.KeysAsync().ToListAsync());
    }

    [Fact]
    public async Task Files_of_others_are_left_alone_and_listed_nowhere()
    {
        string[] names = ["notes.txt", "other.record", new string('a', 64) + ".record", "larder.bak"];
        foreach (var name in names)
        {
            await File.WriteAllTextAsync(InFolder(name), "not ours");
        }

        var cache = _harness.CreateCache();
        await cache.SetAsync("key", 1);

        Assert.Equal(1, await cache.CountAsync());
        Assert.Equal(1, await cache.ClearAsync());
        Assert.All(names, name => Assert.Equal("not ours", File.ReadAllText(InFolder(name))));
        Assert.Equal(0, cache.Statistics.Snapshot().BadEntries);
    }

    [Fact]
    public async Task A_damaged_file_is_a_miss_counted_removed_and_replaced_by_the_next_load()
    {
        var cache = _harness.CreateCache();
        await cache.SetAsync("key", "value");
        var file = PathOf("default:key");
        foreach (var damaged in Damages(await File.ReadAllBytesAsync(file)))
        {
            await File.WriteAllBytesAsync(file, damaged);
            var before = cache.Statistics.Snapshot();

            Assert.False((await cache.GetAsync<string>("key")).HasValue);

            Assert.False(File.Exists(file));
            Assert.Equal(1, cache.Statistics.Snapshot().Since(before).BadEntries);
            Assert.Equal("loaded", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("loaded")));
            Assert.Equal("loaded", (await cache.GetAsync<string>("key")).Value);
        }
    }

    [Fact]
    public async Task A_file_that_was_copied_to_another_key_is_a_miss()
    {
        var cache = _harness.CreateCache();
        await cache.SetAsync("one", "first");
        var file = Assert.Single(_harness.Files);
        await cache.SetAsync("two", "second");
        File.Copy(file, _harness.Files.Single(path => path != file), overwrite: true);

        Assert.False((await cache.GetAsync<string>("two")).HasValue);

        Assert.Equal("first", (await cache.GetAsync<string>("one")).Value);
        Assert.Equal(1, cache.Statistics.Snapshot().BadEntries);
        Assert.Equal([file], _harness.Files);
    }

    [Fact]
    public async Task A_write_that_a_crash_cut_off_changes_nothing()
    {
        var cache = _harness.CreateCache();
        await cache.SetAsync("key", "before");
        await File.WriteAllBytesAsync(InFolder("larder.pending"), [1, 2, 3]);

        var later = _harness.CreateCache();

        Assert.Equal("before", (await later.GetAsync<string>("key")).Value);
        await later.SetAsync("key", "after");
        Assert.Equal("after", (await later.GetAsync<string>("key")).Value);
        Assert.False(File.Exists(InFolder("larder.pending")));
    }

    [Fact]
    public async Task A_commit_of_several_changes_that_was_interrupted_is_finished_by_the_next_process()
    {
        await using var tier = NewTier();
        await tier.CommitAsync([], [Change("gone", 1)], CancellationToken.None);
        Directory.CreateDirectory(PathOf("blocked"));

        await Assert.ThrowsAnyAsync<Exception>(async () => await tier.CommitAsync(
            [new("gone", 1)], [RemoteChange.Remove("gone"), Change("first", 2), Change("blocked", 3), Change("last", 4)], CancellationToken.None));
        Directory.Delete(PathOf("blocked"));

        await using var next = NewTier();
        Assert.Equal(4, (await next.ReadAsync("last", CancellationToken.None)).Version);
        Assert.Equal(3, (await next.ReadAsync("blocked", CancellationToken.None)).Version);
        Assert.Equal(2, (await next.ReadAsync("first", CancellationToken.None)).Version);
        Assert.False((await next.ReadAsync("gone", CancellationToken.None)).Exists);
        Assert.False(File.Exists(InFolder("larder.journal")));
    }

    [Fact]
    public async Task A_journal_that_is_not_whole_was_never_committed()
    {
        await using var tier = NewTier();
        Directory.CreateDirectory(PathOf("blocked"));
        await Assert.ThrowsAnyAsync<Exception>(async () => await tier.CommitAsync([], [Change("blocked", 1), Change("other", 2)], CancellationToken.None));
        Directory.Delete(PathOf("blocked"));
        var journal = await File.ReadAllBytesAsync(InFolder("larder.journal"));
        await File.WriteAllBytesAsync(InFolder("larder.journal"), journal[..^1]);

        await using var next = NewTier();

        Assert.False((await next.ReadAsync("blocked", CancellationToken.None)).Exists);
        Assert.False((await next.ReadAsync("other", CancellationToken.None)).Exists);
        Assert.False(File.Exists(InFolder("larder.journal")));
    }

    [Fact]
    public async Task A_reader_waits_while_another_process_has_the_folder()
    {
        var cache = _harness.CreateCache();
        await cache.SetAsync("key", "value");
        var other = new FileStream(InFolder("larder.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var read = cache.GetAsync<string>("key").AsTask();
        Assert.NotSame(read, await Task.WhenAny(read, Task.Delay(30)));
        await other.DisposeAsync();

        Assert.Equal("value", (await read).Value);
    }

    [Fact]
    public async Task A_caller_need_not_wait_for_the_folder_for_ever()
    {
        var cache = _harness.CreateCache();
        await using var other = new FileStream(InFolder("larder.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        using var source = new CancellationTokenSource();

        var read = cache.GetAsync<string>("key", source.Token).AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task Listing_the_keys_deletes_the_files_of_expired_entries()
    {
        var cache = _harness.CreateCache();
        await cache.SetAsync("short", 1, TimeSpan.FromSeconds(1));
        await cache.SetAsync("long", 2, TimeSpan.FromSeconds(9));
        _harness.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, await cache.CountAsync());

        Assert.Single(_harness.Files);
    }

    [Fact]
    public async Task A_folder_that_is_taken_away_makes_misses_and_tells_writers()
    {
        var cache = _harness.CreateCache();
        await cache.SetAsync("key", "value");
        Directory.Delete(_harness.Folder, recursive: true);

        Assert.Equal("loaded", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("loaded")));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(async () => await cache.SetAsync("key", "other"));

        Directory.CreateDirectory(_harness.Folder);
        Assert.True(cache.Statistics.Snapshot().TierErrors > 0);
        await cache.SetAsync("key", "back");
        Assert.Equal("back", (await cache.GetAsync<string>("key")).Value);
    }

    private static IEnumerable<byte[]> Damages(byte[] whole)
    {
        yield return [];
        yield return [0];
        yield return Encoding.UTF8.GetBytes("{\"some\":\"json\"}");
        yield return new byte[whole.Length];
        foreach (var length in new[] { 1, 10, 20, whole.Length / 2, whole.Length - 1 })
        {
            yield return whole[..length];
        }

        yield return [.. whole, .. whole];
        yield return [.. whole, 7];

        // The last byte is of the payload; the one at 16 is of the key.
        foreach (var at in new[] { 0, 1, 16, whole.Length - 1 })
        {
            var flipped = whole.ToArray();
            flipped[at] ^= 4;
            yield return flipped;
        }
    }

    private static RemoteChange Change(string key, long version) => new(key, new byte[] { 1, 2, 3 }, version, null);

    private FileTier NewTier() => new(_harness.Folder, _harness.Clock);

    private void WithClock(CacheOptions options) => options.TimeProvider = _harness.Clock;

    private string InFolder(string name) => Path.Combine(_harness.Folder, name);

    private string PathOf(string key) => InFolder(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))) + ".record");
}
