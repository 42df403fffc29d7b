using System.Text;
using Larder.Serialization;
using Larder.Tests.Conformance;

namespace Larder.Tests.Serialization;

/// <summary>Serializers of the application, and serializers that fail.</summary>
public sealed class CustomSerializerTests : IAsyncDisposable
{
    private readonly BytesHarness _harness = new();
    private readonly ProductSerializer _serializer = new();
    private readonly ICache _cache;

    public CustomSerializerTests() => _cache = _harness.CreateCache(options => options.Serializer = _serializer);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    [Ledger(51)]
    public async Task Values_go_through_the_serializer_of_the_options()
    {
        await _cache.SetAsync("key", new Product(7, "Fork"));

        Assert.Equal("7;Fork", Encoding.UTF8.GetString(FrameBytes.Payload(Frame())));
        Assert.Equal(128 + 64, Frame()[FrameBytes.Format]);
        Assert.Equal(new Product(7, "Fork"), (await _cache.GetAsync<Product>("key")).Value);
    }

    [Fact]
    public async Task Texts_bytes_and_integers_do_not_go_through_it()
    {
        await _cache.SetAsync("text", "text");
        await _cache.SetAsync("bytes", new byte[] { 1 });
        await _cache.SetAsync("integer", 1);

        Assert.Equal("text", (await _cache.GetAsync<string>("text")).Value);
        Assert.Equal([1], (await _cache.GetAsync<byte[]>("bytes")).Value);
        Assert.Equal(1, (await _cache.GetAsync<int>("integer")).Value);
        Assert.Equal(0, _serializer.Reads);
    }

    [Fact]
    [Ledger(167)]
    public async Task A_value_that_cannot_be_serialized_is_an_exception_at_the_write()
    {
        var exception = await Assert.ThrowsAsync<CacheSerializationException>(async () => await _cache.SetAsync("key", new Product(-1, "")));

        Assert.Contains(nameof(Product), exception.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ProductSerializer), exception.Message, StringComparison.Ordinal);
        Assert.IsType<NotSupportedException>(exception.InnerException);
        Assert.Equal(0, _cache.Statistics.Snapshot().Sets);
    }

    [Fact]
    public async Task A_write_that_cannot_be_serialized_leaves_the_present_value()
    {
        await _cache.SetAsync("key", new Product(7, "Fork"));

        await Assert.ThrowsAsync<CacheSerializationException>(async () => await _cache.SetAsync("key", new Product(-1, "")));
        await Assert.ThrowsAsync<CacheSerializationException>(async () => await _cache.ExchangeAsync("key", new Product(-1, "")));
        await Assert.ThrowsAsync<CacheSerializationException>(async () => await _cache.CreateTransaction().Remove("other").Set("key", new Product(-1, "")).CommitAsync());

        Assert.Equal(new Product(7, "Fork"), (await _cache.GetAsync<Product>("key")).Value);
    }

    [Fact]
    public async Task A_loaded_value_that_cannot_be_serialized_reaches_its_callers_and_is_not_stored()
    {
        var product = await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(new Product(-1, "negative")));

        Assert.Equal("negative", product.Name);
        Assert.False(await _cache.ExistsAsync("key"));
        Assert.Equal(1, _cache.Statistics.Snapshot().TierErrors);
        Assert.DoesNotContain("default:key", _harness.Tier.AllKeys);
    }

    [Fact]
    public async Task A_value_that_cannot_be_read_is_a_counted_miss_whatever_is_thrown_and_is_left_for_those_who_can_read_it()
    {
        await _cache.SetAsync("key", new Product(7, "Fork"));
        _serializer.RefusesToRead = true;

        Assert.False((await _cache.GetAsync<Product>("key")).HasValue);

        Assert.True(_cache.Statistics.Snapshot() is { TypeMismatches: 1, BadEntries: 0 });
        _serializer.RefusesToRead = false;
        Assert.Equal(new Product(7, "Fork"), (await _cache.GetAsync<Product>("key")).Value);
    }

    [Fact]
    public async Task Setting_a_value_does_not_read_the_one_before()
    {
        await _cache.SetAsync("key", new Product(7, "Fork"));

        await _cache.SetAsync("key", new Product(8, "Spoon"));
        await _cache.ReplaceAsync("key", new Product(9, "Knife"));
        Assert.Equal(0, _serializer.Reads);

        Assert.Equal(9, (await _cache.ExchangeAsync("key", new Product(10, "Ladle"))).Value.Id);
        Assert.Equal(1, _serializer.Reads);
    }

    [Fact]
    public async Task A_value_of_another_format_is_a_miss_of_type_and_is_left_for_those_who_can_read_it()
    {
        var later = _harness.CreateCache(options => options.Serializer = new ProductSerializer { FormatId = 65 });
        await _cache.SetAsync("key", new Product(7, "Fork"));

        Assert.False((await later.GetAsync<Product>("key")).HasValue);

        Assert.True(later.Statistics.Snapshot() is { TypeMismatches: 1, BadEntries: 0 });
        Assert.Equal(new Product(7, "Fork"), (await _cache.GetAsync<Product>("key")).Value);
    }

    [Fact]
    [Ledger(51)]
    public async Task A_fleet_changes_its_serializer_and_loses_no_entry()
    {
        // First every process reads both formats, then each begins to write the new one.
        var before = _harness.CreateCache(options => options.AdditionalSerializers.Add(_serializer));
        var after = _harness.CreateCache(options =>
        {
            options.Serializer = _serializer;
            options.AdditionalSerializers.Add(new JsonCacheSerializer());
        });
        await before.SetAsync("old", new Product(7, "Fork"));
        await after.SetAsync("new", new Product(8, "Spoon"));

        Assert.Equal(128 + 1, _harness.Tier.Bytes("default:old")![FrameBytes.Format]);
        Assert.Equal(128 + 64, _harness.Tier.Bytes("default:new")![FrameBytes.Format]);
        foreach (var cache in new[] { before, after })
        {
            Assert.Equal(new Product(7, "Fork"), (await cache.GetAsync<Product>("old")).Value);
            Assert.Equal(new Product(8, "Spoon"), (await cache.GetAsync<Product>("new")).Value);
            Assert.Equal(0, cache.Statistics.Snapshot().TypeMismatches);
        }
    }

    [Fact]
    public void Two_serializers_of_one_format_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Cache.InMemory(options => options.AdditionalSerializers.Add(new JsonCacheSerializer())));

        Assert.Contains("JsonCacheSerializer and JsonCacheSerializer have the same FormatId, 1,", error.Message, StringComparison.Ordinal);
    }

    private byte[] Frame() => _harness.Tier.Bytes("default:key")!;
}
