using System.Buffers;
using System.Text;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Serialization;

namespace Larder.Redis.Tests.Tier;

/// <summary>Values of several formats, and of other programs, side by side.</summary>
public sealed class SerializerTests(SharedServers servers)
{
    [Fact]
    [Ledger(51)]
    public async Task Processes_that_write_different_formats_read_each_others_values()
    {
        await using var harness = RedisHarness.Over(await servers.Standalone.GetAsync());
        var before = harness.CreateCache(options => options.AdditionalSerializers.Add(new LineSerializer()));
        var after = harness.CreateCache(options => Use(options, new LineSerializer(), new JsonCacheSerializer()));
        var alone = harness.CreateCache();
        await before.SetAsync("old", new Line("json"));
        await after.SetAsync("new", new Line("line"));

        foreach (var cache in new[] { before, after })
        {
            Assert.Equal(new Line("json"), (await cache.GetAsync<Line>("old")).Value);
            Assert.Equal(new Line("line"), await cache.GetOrCreateAsync<Line>("new", _ => throw new InvalidOperationException("It is there.")));
        }

        Assert.False((await alone.GetAsync<Line>("new")).HasValue);
        Assert.True(await after.ExistsAsync("new"));
        Assert.Equal(new Line("line"), (await after.ExchangeAsync("new", new Line("newer"))).Value);
    }

    [Fact]
    public async Task What_another_program_wrote_is_read_by_the_serializer_that_writes()
    {
        var server = await servers.Standalone.GetAsync();
        await using var harness = RedisHarness.Over(server);
        var cache = harness.CreateCache(options => Use(options, new LineSerializer(), new JsonCacheSerializer()));
        await server.CommandAsync("SET", $"{harness.Prefix}-default:key", "plain", "EX", "60");

        Assert.Equal(new Line("plain"), (await cache.GetAsync<Line>("key")).Value);
    }

    private static void Use(CacheOptions options, ICacheSerializer writer, ICacheSerializer reader)
    {
        options.Serializer = writer;
        options.AdditionalSerializers.Add(reader);
    }

    private sealed record Line(string Text);

    private sealed class LineSerializer : ICacheSerializer
    {
        public byte FormatId => 100;

        public void Serialize<T>(T value, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(((Line)(object)value!).Text, output);

        public T? Deserialize<T>(ReadOnlySequence<byte> payload) => (T)(object)new Line(Encoding.UTF8.GetString(payload));
    }
}
