using Larder.Tests.Conformance;

namespace Larder.Tests.Tiers;

/// <summary>The records of tags in a store of bytes, lost and damaged: entries become misses, never hits, and new ones can be stored.</summary>
public sealed class TagRecordTests : IAsyncDisposable
{
    private const string TagKey = "default!tag:tag";
    private const string ClockKey = "default!clock";

    private static readonly CacheEntryOptions Tagged = new() { Tags = ["tag"] };

    private readonly BytesHarness _harness = new();
    private readonly ICache _cache;

    public TagRecordTests() => _cache = _harness.CreateCache();

    private BytesTier Tier => _harness.Tier;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    [Ledger(144)]
    public async Task Internal_records_show_nowhere()
    {
        await _cache.SetAsync("key", "value", Tagged);
        await using var held = await _cache.TryAcquireLockAsync("name", TimeSpan.FromSeconds(10));

        Assert.Equal(["key"], await _cache.KeysAsync().ToListAsync());
        Assert.Equal(1, await _cache.ClearAsync());
        Assert.Contains(TagKey, Tier.AllKeys);
        Assert.Contains(Tier.AllKeys, key => key.Contains("lock:name", StringComparison.Ordinal));
    }

    [Fact]
    [Ledger(86)]
    public async Task A_lost_tag_record_makes_misses()
    {
        await _cache.SetAsync("key", "value", Tagged);
        Assert.True(Tier.Lose(TagKey));

        Assert.False(await _cache.ExistsAsync("key"));

        await _cache.SetAsync("other", "value", Tagged);
        Assert.False(await _cache.ExistsAsync("key"));
        Assert.True(await _cache.ExistsAsync("other"));
    }

    [Fact]
    public async Task A_damaged_tag_record_makes_misses_and_is_replaced()
    {
        await _cache.SetAsync("key", "value", Tagged);
        var whole = Tier.Bytes(TagKey)!;
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Tier.Put(TagKey, damaged);

            Assert.False((await _cache.GetAsync<string>("key")).HasValue, $"bit {bit}");
        }

        await _cache.SetAsync("key", "again", Tagged);
        Assert.Equal("again", (await _cache.GetAsync<string>("key")).Value);
        Assert.True(_cache.Statistics.Snapshot().BadEntries >= whole.Length * 8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    [InlineData(500)]
    public async Task A_tag_record_of_garbage_can_be_invalidated(int length)
    {
        await _cache.SetAsync("key", "value", Tagged);
        Tier.Put(TagKey, new byte[length]);

        await _cache.RemoveByTagAsync("tag");

        Assert.False(await _cache.ExistsAsync("key"));
        await _cache.SetAsync("key", "again", Tagged);
        Assert.True(await _cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task The_record_of_another_tag_does_not_stand_in()
    {
        await _cache.SetAsync("key", "value", Tagged);
        await _cache.SetAsync("other", "value", new() { Tags = ["other"] });
        await _cache.RemoveByTagAsync("tag");

        Tier.Put(TagKey, Tier.Bytes("default!tag:other")!);

        Assert.False(await _cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task An_invalidation_counts_after_the_clock_was_lost()
    {
        await InvalidateOtherTagsAsync(5);
        await _cache.SetAsync("key", "value", Tagged);
        Assert.True(Tier.Lose(ClockKey));

        await _cache.RemoveByTagAsync("tag");

        Assert.False(await _cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_lazy_invalidation_counts_after_the_clock_was_lost()
    {
        await InvalidateOtherTagsAsync(5);
        await _cache.SetAsync("key", "value", Tagged);
        _harness.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Tier.Lose(ClockKey));

        await _cache.InvalidateAsync(new InvalidationGroup().AddTags("tag"), InvalidationMode.Lazy);

        Assert.True((await _cache.GetAsync<string>("key")).IsStale);
    }

    [Fact]
    public async Task Entries_can_be_stored_after_the_clock_was_lost()
    {
        await _cache.SetAsync("key", "value", Tagged);
        await _cache.RemoveByTagAsync("tag");
        _harness.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Tier.Lose(ClockKey));

        await _cache.SetAsync("key", "again", Tagged);

        Assert.Equal("again", (await _cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task A_damaged_clock_is_replaced()
    {
        await _cache.SetAsync("key", "value", Tagged);
        Tier.Put(ClockKey, [1, 2, 3, 4, 5, 6, 7, 8]);

        await _cache.SetAsync("other", "value", Tagged);
        Assert.True(await _cache.ExistsAsync("other"));
        Tier.Put(ClockKey, []);
        await _cache.RemoveByTagAsync("tag");

        Assert.False(await _cache.ExistsAsync("key"));
        Assert.False(await _cache.ExistsAsync("other"));
    }

    [Fact]
    public async Task An_invalidation_whose_record_is_lost_during_a_load_still_discards_it()
    {
        await _cache.GetOrCreateAsync(
            "key",
            async _ =>
            {
                await _harness.CreateCache().RemoveByTagAsync("tag");
                Assert.True(Tier.Lose(TagKey));
                return "loaded";
            },
            Tagged);

        Assert.False(await _cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task An_invalidation_reaches_loads_of_which_only_the_loader_knows_the_tag()
    {
        var other = _harness.CreateCache();

        await _cache.GetOrCreateAsync("key", 0, async (_, load, _) =>
        {
            load.AddTags("tag");
            await other.RemoveByTagAsync("tag");
            return "loaded";
        });

        Assert.False(await _cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task Two_caches_with_different_prefixes_have_tags_of_their_own()
    {
        var other = _harness.CreateCache(options => options.Prefix = "other");
        await _cache.SetAsync("key", 1, Tagged);
        await other.SetAsync("key", 2, Tagged);

        await other.RemoveByTagAsync("tag");

        Assert.Equal(1, (await _cache.GetAsync<int>("key")).Value);
        Assert.False(await other.ExistsAsync("key"));
        Assert.Equal(1, await _cache.ClearAsync());
    }

    private async Task InvalidateOtherTagsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _cache.RemoveByTagAsync($"other:{i}");
        }
    }
}
