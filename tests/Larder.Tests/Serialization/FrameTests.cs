using System.Buffers.Binary;
using System.Text;
using Larder.Serialization;
using Larder.Tests.Conformance;

namespace Larder.Tests.Serialization;

/// <summary>The entry frame: released versions stay readable, and what no release wrote is a miss.</summary>
public sealed class FrameTests : IAsyncDisposable
{
    private const string Key = "default:key";

    private readonly BytesHarness _harness = new();
    private readonly ICache _cache;

    public FrameTests() => _cache = _harness.CreateCache();

    private BytesTier Tier => _harness.Tier;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_text_with_a_tag_of_frame_version_1_is_read()
    {
        PutGolden("default!clock", "clock");
        PutGolden("default!tag:greetings", "tag");
        PutGolden("default:greeting", "text");

        var greeting = await _cache.GetAsync<string>("greeting");

        Assert.Equal("Grüß Gott!", greeting.Value);
        Assert.Equal(TimeSpan.FromMinutes(5), greeting.TimeToLive);
        Assert.Equal(2844920595062033080, greeting.Version);
        await _cache.RemoveByTagAsync("greetings");
        Assert.False(await _cache.ExistsAsync("greeting"));
    }

    [Fact]
    public async Task A_text_with_a_bound_for_copies_of_frame_version_1_is_read_and_keeps_it_when_its_life_changes()
    {
        PutGolden("default!clock", "clock");
        PutGolden("default!tag:greetings", "tag");
        PutGolden("default:brief", "copies");

        Assert.Equal("for a second", (await _cache.GetAsync<string>("brief")).Value);
        Assert.True(await _cache.ExpireAsync("brief", TimeSpan.FromMinutes(1)));

        Assert.Equal(1000, BinaryPrimitives.ReadInt64LittleEndian(Tier.Bytes("default:brief").AsSpan(FrameBytes.CopyLifeInShortHeader)));
        await _cache.RemoveByTagAsync("greetings");
        Assert.False(await _cache.ExistsAsync("brief"));
    }

    [Theory]
    [InlineData(CacheTiers.All, 1000)]
    [InlineData(CacheTiers.Shared, 0)]
    public async Task How_long_copies_are_used_is_written_where_it_is_bounded(CacheTiers tiers, long milliseconds)
    {
        await _cache.SetAsync("key", "text", new CachePolicy { Tiers = tiers, MemoryTimeToLive = TimeSpan.FromSeconds(1) });
        var frame = Tier.Bytes(Key)!;

        Assert.Equal(4, BinaryPrimitives.ReadUInt16LittleEndian(frame.AsSpan(FrameBytes.Flags)));
        Assert.Equal(milliseconds, BinaryPrimitives.ReadInt64LittleEndian(frame.AsSpan(FrameBytes.CopyLifeInShortHeader)));
        Assert.Equal("text", Encoding.UTF8.GetString(FrameBytes.Payload(frame)));
    }

    [Fact]
    public async Task A_negative_bound_for_copies_is_a_miss()
    {
        await _cache.SetAsync("key", "text", new CachePolicy { Tiers = CacheTiers.Shared });

        await IsMissAsync(frame => BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(FrameBytes.CopyLifeInShortHeader), -1), isSet: true);
    }

    [Fact]
    [Ledger(40)]
    public async Task A_serialized_value_of_frame_version_1_is_read()
    {
        PutGolden("default:product", "json");

        var product = await _cache.GetAsync<Product>("product");

        Assert.Equal(new Product(7, "Fork"), product.Value);
        Assert.Equal(TimeSpan.FromSeconds(10), product.TimeToLive);
        _harness.Clock.Advance(TimeSpan.FromSeconds(4));
        await _cache.GetAsync<Product>("product");
        Assert.Equal(TimeSpan.FromSeconds(10), (await _cache.GetTimeToLiveAsync("product")).Remaining);
        _harness.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await _cache.ExistsAsync("product"));
    }

    [Fact]
    public async Task An_integer_of_frame_version_1_is_read_and_counted_up()
    {
        PutGolden("default:counter", "integer");

        Assert.Equal(43, await _cache.IncrementAsync("counter"));

        Assert.Equal(EntryTimeToLive.NoExpiry, await _cache.GetTimeToLiveAsync("counter"));
    }

    [Fact]
    public void A_compressed_text_of_frame_version_1_is_read_and_its_age_is_known()
    {
        Assert.True(EntryFrame.TryParse(TypeId.HashOf("default:long"), Golden("compressed"), out var frame, out _));

        Assert.Equal(600, frame.UncompressedLength);
        Assert.Equal(["greetings"], frame.Tags.Select(tag => tag.Name));
        Assert.Equal(90_000, frame.AgeMs(frame.ExpiresAt - 300_000));
        Assert.True(Compression.TryExpand(ref frame, out _));
        Assert.Equal(string.Concat(Enumerable.Repeat("again ", 100)), Encoding.UTF8.GetString(frame.Value.Payload.Span));
    }

    [Fact]
    public async Task The_end_of_a_failed_load_of_frame_version_1_is_absent_and_no_damage()
    {
        PutGolden(Key, "failure");

        Assert.False((await _cache.GetAsync<string>("key")).HasValue);
        Assert.False(await _cache.ExistsAsync("key"));
        Assert.Equal(EntryTimeToLive.Absent, await _cache.GetTimeToLiveAsync("key"));
        Assert.Equal(0, await _cache.CountAsync());
        Assert.Equal(0, _cache.Statistics.Snapshot().BadEntries);
        Assert.Equal("loaded", await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("loaded")));
        Assert.Equal("loaded", (await _cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    [Ledger(40)]
    public async Task What_is_written_today_is_frame_version_1()
    {
        await _cache.SetAsync("key", "text", new() { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["tag"], Policy = new() { MaxStale = TimeSpan.FromSeconds(3) } });
        var frame = Tier.Bytes(Key)!;
        var expiry = _harness.Clock.GetUtcNow().AddSeconds(10).ToUnixTimeMilliseconds();

        Assert.Equal([0xA7, 1, 1, 2], frame[..4]);
        Assert.Equal(1, BinaryPrimitives.ReadUInt16LittleEndian(frame.AsSpan(FrameBytes.TagCount)));
        Assert.Equal(FrameBytes.FirstTag + 10 + 3, BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(FrameBytes.HeaderLength)));
        Assert.Equal(expiry, BinaryPrimitives.ReadInt64LittleEndian(frame.AsSpan(FrameBytes.ExpiresAt)));
        Assert.Equal(3000, BinaryPrimitives.ReadInt64LittleEndian(frame.AsSpan(FrameBytes.MaxStale)));
        Assert.Equal("tag", Encoding.UTF8.GetString(frame, FrameBytes.FirstTag + 10, 3));
        Assert.Equal("text", Encoding.UTF8.GetString(FrameBytes.Payload(frame)));
        Assert.Equal(frame, FrameBytes.Forge(frame, _ => { }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(255)]
    public Task A_frame_version_that_is_not_known_is_a_miss(byte version) => IsMissAsync(frame => frame[FrameBytes.Version] = version);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(99)]
    public Task A_kind_that_is_no_entry_is_a_miss(byte kind) => IsMissAsync(frame => frame[FrameBytes.Kind] = kind, isDamage: kind != 3);

    [Theory]
    [InlineData(0)]
    [InlineData(FrameBytes.FirstTag - 1)]
    [InlineData(FrameBytes.FirstTag + 1)]
    [InlineData(1_000_000)]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    public Task A_header_length_that_is_wrong_is_a_miss(int length) =>
        IsMissAsync(frame => BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(FrameBytes.HeaderLength), length));

    [Theory]
    [InlineData(1)]
    [InlineData(ushort.MaxValue)]
    public Task More_tags_than_there_are_is_a_miss(ushort count) =>
        IsMissAsync(frame => BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(FrameBytes.TagCount), count));

    [Fact]
    public async Task A_tag_that_is_longer_than_the_record_is_a_miss()
    {
        await _cache.SetAsync("key", "text", new() { Tags = ["tag"] });

        await IsMissAsync(frame => BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(FrameBytes.FirstTagInShortHeader + 8), ushort.MaxValue), isSet: true);
    }

    [Fact]
    public Task An_expiry_before_all_time_is_a_miss() =>
        IsMissAsync(frame => BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(FrameBytes.ExpiresAt), -1));

    [Theory]
    [InlineData(5)]
    [InlineData(127)]
    [InlineData(255)]
    public async Task A_payload_format_that_is_not_known_is_a_miss_of_type_and_not_damage(byte format)
    {
        await _cache.SetAsync("key", "text");
        Tier.Put(Key, FrameBytes.Forge(Tier.Bytes(Key)!, frame => frame[FrameBytes.Format] = format));

        Assert.False((await _cache.GetAsync<string>("key")).HasValue);

        Assert.Equal(1, _cache.Statistics.Snapshot().TypeMismatches);
        Assert.Equal("loaded", await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("loaded")));
        Assert.Equal("loaded", (await _cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task A_record_of_another_cache_is_a_miss()
    {
        var other = _harness.CreateCache(options => options.Prefix = "other");
        await other.SetAsync("key", "text");

        Tier.Put(Key, Tier.Bytes("other:key")!);

        Assert.False((await _cache.GetAsync<string>("key")).HasValue);
        Assert.Equal(1, _cache.Statistics.Snapshot().BadEntries);
    }

    private async Task IsMissAsync(Action<byte[]> change, bool isDamage = true, bool isSet = false)
    {
        if (!isSet)
        {
            await _cache.SetAsync("key", "text");
        }

        Tier.Put(Key, FrameBytes.Forge(Tier.Bytes(Key)!, change));

        Assert.False((await _cache.GetAsync<string>("key")).HasValue);
        Assert.Equal(isDamage ? 1 : 0, _cache.Statistics.Snapshot().BadEntries);
        Assert.Equal("loaded", await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("loaded")));
        Assert.Equal("loaded", (await _cache.GetAsync<string>("key")).Value);
    }

    private void PutGolden(string key, string name) => Tier.Put(key, Golden(name));

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Serialization", "Golden", $"frame-1-{name}.bin"));
}
