using System.Text;
using System.Text.Json;
using Larder.Serialization;
using Larder.Tests.Conformance;

namespace Larder.Tests.Serialization;

/// <summary>How values become bytes: texts, bytes and integers as they are, so that other programs can read them; the rest by the serializer.</summary>
public sealed class PayloadTests : IAsyncDisposable
{
    private readonly BytesHarness _harness = new();
    private readonly ICache _cache;

    public PayloadTests() => _cache = _harness.CreateCache();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\"quoted\" \0 and \n ended")]
    [InlineData("Zürich 中 \U0001F600")]
    public async Task A_text_is_stored_as_UTF_8(string text)
    {
        await _cache.SetAsync("key", text);

        Assert.Equal(Encoding.UTF8.GetBytes(text), Payload());
        Assert.Equal(text, (await _cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task A_text_that_UTF_8_cannot_hold_comes_back_unchanged()
    {
        var text = "half a pair: \uD83D!";

        await _cache.SetAsync("key", text);

        Assert.Equal(text, (await _cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    [Ledger(47)]
    public async Task Bytes_are_stored_as_they_are()
    {
        byte[] bytes = [0, 255, 1, 0xA7];

        await _cache.SetAsync("key", bytes);

        Assert.Equal(bytes, Payload());
        Assert.Equal(bytes, (await _cache.GetAsync<byte[]>("key")).Value);
        Assert.Equal(bytes, (await _cache.GetAsync<ReadOnlyMemory<byte>>("key")).Value.ToArray());
    }

    [Fact]
    public async Task The_bytes_that_a_reader_gets_are_its_own()
    {
        byte[] bytes = [1, 2, 3];
        await _cache.SetAsync("key", bytes);
        bytes[0] = 9;

        (await _cache.GetAsync<byte[]>("key")).Value[1] = 9;

        Assert.Equal([1, 2, 3], (await _cache.GetAsync<byte[]>("key")).Value);
    }

    [Fact]
    public async Task Memory_of_bytes_is_stored_as_bytes()
    {
        await _cache.SetAsync<ReadOnlyMemory<byte>>("key", new byte[] { 1, 2, 3 }.AsMemory(1));

        Assert.Equal([2, 3], Payload());
        Assert.Equal([2, 3], (await _cache.GetAsync<ReadOnlyMemory<byte>>("key")).Value.ToArray());
    }

    [Theory]
    [InlineData(0L, "0")]
    [InlineData(-1L, "-1")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    [InlineData(long.MinValue, "-9223372036854775808")]
    public async Task An_integer_is_stored_in_digits(long integer, string digits)
    {
        await _cache.SetAsync("key", integer);

        Assert.Equal(digits, Encoding.ASCII.GetString(Payload()));
        Assert.Equal(integer, (await _cache.GetAsync<long>("key")).Value);
    }

    [Fact]
    public async Task Integers_of_all_sizes_come_back()
    {
        Assert.Equal(sbyte.MinValue, await ThereAndBackAsync(sbyte.MinValue));
        Assert.Equal(byte.MaxValue, await ThereAndBackAsync(byte.MaxValue));
        Assert.Equal(short.MinValue, await ThereAndBackAsync(short.MinValue));
        Assert.Equal(ushort.MaxValue, await ThereAndBackAsync(ushort.MaxValue));
        Assert.Equal(int.MinValue, await ThereAndBackAsync(int.MinValue));
        Assert.Equal(uint.MaxValue, await ThereAndBackAsync(uint.MaxValue));
        Assert.Equal(ulong.MaxValue, await ThereAndBackAsync(ulong.MaxValue));
        Assert.Equal(7, await ThereAndBackAsync<int?>(7));
    }

    [Fact]
    [Ledger(50)]
    public async Task Other_values_are_readable_JSON_behind_the_header()
    {
        await _cache.SetAsync("key", new Product(7, "Fork"));

        Assert.Equal("{\"Id\":7,\"Name\":\"Fork\"}", Encoding.UTF8.GetString(Payload()));
    }

    [Fact]
    public async Task Values_of_many_types_come_back()
    {
        Assert.True(await ThereAndBackAsync(true));
        Assert.Equal(1.5, await ThereAndBackAsync(1.5));
        Assert.Equal(decimal.MinValue, await ThereAndBackAsync(decimal.MinValue));
        Assert.Equal('x', await ThereAndBackAsync('x'));
        Assert.Equal(DayOfWeek.Friday, await ThereAndBackAsync(DayOfWeek.Friday));
        Assert.Equal(DateTimeOffset.UnixEpoch, await ThereAndBackAsync(DateTimeOffset.UnixEpoch));
        Assert.Equal((1, "two"), await ThereAndBackAsync((1, "two")));
        Assert.Equal([1, 2], await ThereAndBackAsync<List<int>>([1, 2]));
    }

    [Fact]
    public async Task A_stored_null_is_a_value()
    {
        await _cache.SetAsync<string?>("text", null);
        await _cache.SetAsync<int?>("number", null);

        Assert.True((await _cache.GetAsync<string?>("text")) is { HasValue: true, Value: null });
        Assert.True((await _cache.GetAsync<int?>("number")) is { HasValue: true, Value: null });
        Assert.False((await _cache.GetAsync<int>("number")).HasValue);
    }

    [Fact]
    public async Task What_is_stored_as_an_object_is_read_as_one_and_as_itself()
    {
        await _cache.SetAsync<object>("text", "text");
        await _cache.SetAsync<object>("number", 5);
        await _cache.SetAsync<object>("bytes", new byte[] { 1 });
        await _cache.SetAsync<object>("product", new Product(7, "Fork"));

        Assert.Equal("text", (await _cache.GetAsync<object>("text")).Value);
        Assert.Equal(5L, (await _cache.GetAsync<object>("number")).Value);
        Assert.Equal(new byte[] { 1 }, (await _cache.GetAsync<object>("bytes")).Value);
        Assert.Equal(5, (await _cache.GetAsync<int>("number")).Value);
        Assert.Equal(new Product(7, "Fork"), (await _cache.GetAsync<Product>("product")).Value);
    }

    [Fact]
    public async Task JSON_of_one_type_is_never_read_as_another()
    {
        await _cache.SetAsync("key", new Product(7, "Fork"));

        // Both would parse: one to an object with nothing in it.
        Assert.False((await _cache.GetAsync<JsonSerializerOptions>("key")).HasValue);
        Assert.False((await _cache.GetAsync<Dictionary<string, JsonElement>>("key")).HasValue);

        Assert.True(_cache.Statistics.Snapshot() is { TypeMismatches: 2, BadEntries: 0 });
        Assert.Equal(new Product(7, "Fork"), (await _cache.GetAsync<Product>("key")).Value);
    }

    [Fact]
    public async Task Text_that_looks_like_JSON_or_a_number_is_only_text()
    {
        await _cache.SetAsync("json", "{\"Id\":7,\"Name\":\"Fork\"}");
        await _cache.SetAsync("number", "42");

        Assert.False((await _cache.GetAsync<Product>("json")).HasValue);
        Assert.False((await _cache.GetAsync<int>("number")).HasValue);
        await Assert.ThrowsAsync<CacheTypeException>(async () => await _cache.IncrementAsync("number"));
    }

    [Fact]
    public async Task A_large_value_comes_back()
    {
        var bytes = new byte[3_000_000];
        new Random(5).NextBytes(bytes);

        await _cache.SetAsync("key", bytes);

        Assert.Equal(bytes, (await _cache.GetAsync<byte[]>("key")).Value);
    }

    [Fact]
    public async Task Options_of_the_JSON_serializer_are_used()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = JsonSerializerOptions.Default.TypeInfoResolver };
        var cache = _harness.CreateCache(settings => settings.Serializer = new JsonCacheSerializer(options));

        await cache.SetAsync("key", new Product(7, "Fork"));

        Assert.Equal("{\"id\":7,\"name\":\"Fork\"}", Encoding.UTF8.GetString(Payload()));
        Assert.Equal(new Product(7, "Fork"), (await cache.GetAsync<Product>("key")).Value);
    }

    private byte[] Payload() => FrameBytes.Payload(_harness.Tier.Bytes("default:key")!);

    private async Task<T> ThereAndBackAsync<T>(T value)
    {
        await _cache.SetAsync("key", value);
        return (await _cache.GetAsync<T>("key")).Value;
    }
}
