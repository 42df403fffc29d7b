using System.Buffers;
using Larder.Serialization;
using Larder.Testing;
using Larder.Tests.Hosting;
using Larder.Tests.Invalidation;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Adapters;

/// <summary>What a hybrid cache logs, with the ids that Microsoft's has, and what its callers get when the store fails.</summary>
public sealed class HybridFaultTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly HookedStore _store;
    private readonly ICache _over;
    private readonly HybridCache _hybrid;

    public HybridFaultTests()
    {
        _store = new HookedStore(_clock);
        _over = Cache.Over(_store, Configure);
        _hybrid = _over.AsHybridCache();
    }

    public async ValueTask DisposeAsync()
    {
        _store.Heal();
        await _over.DisposeAsync();
        _log.Dispose();
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("  ", 4)]
    [InlineData("a\nb", 8)]
    public async Task A_key_that_is_none_is_logged(string key, int id)
    {
        await _hybrid.GetOrCreateAsync(key, _ => new ValueTask<int>(1));
        await _hybrid.SetAsync(key, 1);

        Assert.Equal([id, id], Ids(LogLevel.Error));
        Assert.Empty(_store.Entries);
    }

    [Fact]
    public async Task A_key_that_is_not_well_formed_is_logged_and_does_not_reach_the_store()
    {
        await _hybrid.GetOrCreateAsync("a\uD800", _ => new ValueTask<int>(1));
        await _hybrid.SetAsync("a\uD800", 1);

        Assert.Equal([9, 9], Ids(LogLevel.Error));
        Assert.Empty(_store.Entries);
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_logged()
    {
        await _hybrid.GetOrCreateAsync(new string('k', 1025), _ => new ValueTask<int>(1));

        Assert.Equal([5], Ids(LogLevel.Error));
    }

    [Fact]
    public async Task A_tag_that_is_not_well_formed_is_logged_and_the_value_does_not_reach_the_store()
    {
        await _hybrid.SetAsync("key", 1, tags: ["\uD800"]);

        Assert.Equal([10], Ids(LogLevel.Error));
        Assert.Empty(_store.Entries);
    }

    [Fact]
    public async Task A_read_that_fails_is_a_miss_and_logged()
    {
        await _hybrid.SetAsync("key", "stored");
        _store.BeforeRead = static _ => throw new IOException("away");

        Assert.Equal("loaded", await _hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>("loaded")));

        Assert.Equal([6], Ids(LogLevel.Error).Distinct());
    }

    [Fact]
    public async Task A_write_of_what_was_loaded_that_fails_is_logged_and_the_value_handed_out()
    {
        Assert.Equal("loaded", await _hybrid.GetOrCreateAsync("key", _ =>
        {
            _store.FailFor(":key");
            return new ValueTask<string>("loaded");
        }));

        Assert.Contains(7, Ids(LogLevel.Error));
    }

    [Fact]
    public async Task Gap_10_a_set_or_a_removal_that_fails_is_an_exception()
    {
        await _hybrid.SetAsync("key", "old");
        _store.FailFor(":");

        await Assert.ThrowsAsync<IOException>(() => _hybrid.SetAsync("key", "new").AsTask());
        await Assert.ThrowsAsync<IOException>(() => _hybrid.RemoveAsync("key").AsTask());
        await Assert.ThrowsAnyAsync<Exception>(() => _hybrid.RemoveByTagAsync("tag").AsTask());
    }

    [Fact]
    public async Task Gap_05_a_tag_that_could_not_be_read_once_is_read_again()
    {
        await _hybrid.SetAsync("key", "value", tags: ["tag"]);
        _store.FailFor("tag");
        Assert.Equal("loaded", await _hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>("loaded"), new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheWrite }, ["tag"]));
        _store.Heal();

        Assert.Equal("value", await _hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>("loaded"), tags: ["tag"]));
    }

    [Fact]
    public async Task Data_that_is_damaged_is_a_miss_and_logged_as_a_warning()
    {
        await _hybrid.SetAsync("key", "value");
        _store.Damage("default:key");

        Assert.Equal("loaded", await _hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>("loaded")));

        Assert.Equal([11], Ids(LogLevel.Warning));
    }

    [Fact]
    public async Task A_value_that_cannot_be_serialized_is_logged()
    {
        await Assert.ThrowsAsync<CacheSerializationException>(() => _hybrid.SetAsync("key", new Broken()).AsTask());

        Assert.Equal([2], Ids(LogLevel.Error));
    }

    [Fact]
    public async Task What_is_stored_and_cannot_be_deserialized_is_logged_and_loaded_anew()
    {
        var clock = new FakeTimeProvider();
        var serializer = new Moody();
        await using var cache = Cache.InMemory(options => (options.TimeProvider, options.LoggerFactory, options.Serializer, options.Copy) = (clock, _log, serializer, CopyMode.WhenMutable));
        var hybrid = cache.AsHybridCache();
        await hybrid.SetAsync("key", new List<int> { 1 });
        serializer.Fails = true;
        var calls = 0;

        // A serializer that cannot read what it writes can give no caller a copy.
        await Assert.ThrowsAsync<CacheSerializationException>(() => hybrid.GetOrCreateAsync("key", _ => new ValueTask<List<int>>([calls++])).AsTask());
        serializer.Fails = false;
        Assert.Single(await hybrid.GetOrCreateAsync("key", _ => new ValueTask<List<int>>([])));

        Assert.Equal(1, calls);
        Assert.Contains(3, Ids(LogLevel.Error));
    }

    [Fact]
    public async Task A_payload_beyond_the_limit_is_handed_out_and_logged_and_does_not_reach_the_store()
    {
        var hybrid = _over.AsHybridCache(new LarderHybridCacheOptions { MaximumPayloadBytes = 100 });
        await hybrid.SetAsync("key", "small");
        var large = new string('x', 101);

        await hybrid.SetAsync("key", large);
        Assert.Equal(large, await hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>(large)));
        Assert.Equal(new string('y', 100), await hybrid.GetOrCreateAsync("other", _ => new ValueTask<string>(new string('y', 100))));

        Assert.Equal([1, 1], Ids(LogLevel.Error));
        Assert.Equal(["default:other"], _store.Entries);
    }

    private void Configure(CacheOptions options) => (options.TimeProvider, options.LoggerFactory, options.Copy) = (_clock, _log, CopyMode.WhenMutable);

    private IEnumerable<int> Ids(LogLevel level) => _log.Entries
        .Where(entry => entry.Category == "Microsoft.Extensions.Caching.Hybrid.HybridCache" && entry.Level == level)
        .Select(entry => entry.Id.Id);

    private sealed class Broken
    {
        public string Property => throw new NotSupportedException("no");
    }

    private sealed class Moody : ICacheSerializer
    {
        private readonly JsonCacheSerializer _json = new();

        public bool Fails { get; set; }

        public byte FormatId => 64;

        public void Serialize<T>(T value, IBufferWriter<byte> output) => _json.Serialize(value, output);

        public T? Deserialize<T>(ReadOnlySequence<byte> payload) => Fails ? throw new FormatException("no") : _json.Deserialize<T>(payload);
    }
}
