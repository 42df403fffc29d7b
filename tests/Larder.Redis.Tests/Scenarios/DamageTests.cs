using System.IO.Compression;
using System.Text;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Serialization;

namespace Larder.Redis.Tests.Scenarios;

/// <summary>Scenarios S22 and S23 of the reliability plan: what is stored is damaged, foreign or of another time. It is a miss, and is repaired.</summary>
public sealed class DamageTests : IAsyncLifetime
{
    private const int Trials = 60;

    private readonly Random _random = new(22);
    private RedisServer _server = null!;
    private Fleet _fleet = null!;
    private ICache _cache = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _fleet = new Fleet(_server.EndPoint, redis => redis.LocalCopies = RedisLocalCopies.None);
        _cache = await _fleet.JoinAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [Ledger(151)]
    [Trait("Scenario", "S22")]
    [InlineData("bit flip")]
    [InlineData("truncated")]
    [InlineData("empty")]
    [InlineData("garbage")]
    [InlineData("oversized")]
    [InlineData("a list")]
    [InlineData("a hash")]
    [InlineData("the bytes of another key")]
    public async Task S22_damage_is_a_miss_that_is_repaired_and_never_an_exception_or_a_wrong_value(string damage)
    {
        for (var trial = 0; trial < Trials; trial++)
        {
            var key = $"{trial}";
            await _cache.SetAsync(key, Right(trial));
            await _cache.SetAsync("another", new Row(-1, "another"));
            await DamageAsync(damage, key);

            Assert.Equal(Right(trial), await _cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(Right(trial))));
            Assert.Equal(Right(trial), (await _cache.GetAsync<Row>(key)).GetValueOrDefault());
        }
    }

    [Theory]
    [Trait("Scenario", "S23")]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(200)]
    public async Task S23_a_frame_of_another_version_is_a_miss(byte version)
    {
        await _cache.SetAsync("key", Right(1));
        var bytes = await BytesAsync("key");
        bytes[1] = version;
        await PutAsync("key", bytes);

        Assert.False((await _cache.GetAsync<Row>("key")).HasValue);
        Assert.Equal(Right(2), await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(Right(2))));
    }

    [Fact]
    [Trait("Scenario", "S23")]
    public async Task S23_a_value_of_an_older_shape_is_read_and_one_that_cannot_be_is_loaded_anew()
    {
        await _server.CommandAsync("SET", _fleet.Key("older"), """{"Id":1}""");
        await _server.CommandAsync("SET", _fleet.Key("newer"), """{"Id":1,"Name":"fork","Added":true}""");
        await _server.CommandAsync("SET", _fleet.Key("other"), """{"Id":"not a number"}""");

        Assert.Equal(new Row(1, null!), (await _cache.GetAsync<Row>("older")).Value);
        Assert.Equal(new Row(1, "fork"), (await _cache.GetAsync<Row>("newer")).Value);
        Assert.Equal(Right(2), await _cache.GetOrCreateAsync("other", _ => ValueTask.FromResult(Right(2))));
    }

    [Fact]
    [Trait("Scenario", "S23")]
    public async Task S23_the_name_of_a_type_in_what_is_stored_makes_no_object_of_it()
    {
        await _server.CommandAsync("SET", _fleet.Key("key"), """{"$type":"System.IO.FileInfo, System.Private.CoreLib","fileName":"x","Id":7,"Name":"n"}""");

        var read = await _cache.GetAsync<object>("key");

        Assert.False(read.HasValue && read.Value is FileInfo);
        Assert.Equal(7, (await _cache.GetAsync<Row>("key")).GetValueOrDefault()?.Id ?? 7);
    }

    [Theory]
    [Trait("Scenario", "S23")]
    [InlineData(Compression.MaxExpanded + 1)]
    [InlineData(-1)]
    [InlineData(1_000)]
    public async Task S23_what_would_grow_without_measure_is_a_miss_and_takes_no_memory(int length)
    {
        await _cache.SetAsync("key", new string('x', 100_000));
        Assert.True(EntryFrame.TryParse(TypeId.HashOf(_fleet.Key("key")), await BytesAsync("key"), out var frame, out var problem), problem);
        var bomb = new byte[1_000_000];
        Assert.True(BrotliEncoder.TryCompress(new byte[Compression.MaxExpanded + 1], bomb, out var written, 1, 22));
        await PutAsync("key", (frame with { Value = frame.Value with { Payload = bomb.AsMemory(0, written) }, UncompressedLength = length }).ToBytes(_fleet.Key("key")));

        // Others allocate in the same process, but not each time.
        await Deadline.AgainAsync(async () =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Assert.False((await _cache.GetAsync<string>("key")).HasValue);
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, Compression.MaxExpanded / 2);
        });

        Assert.Equal("anew", await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("anew")));
        Assert.Equal("anew", (await _cache.GetAsync<string>("key")).Value);
    }

    private static Row Right(int number) => new(number, new string('x', 50 + number));

    private async Task DamageAsync(string damage, string key)
    {
        var bytes = await BytesAsync(key);
        switch (damage)
        {
            case "bit flip":
                bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
                await PutAsync(key, bytes);
                break;
            case "truncated":
                await PutAsync(key, bytes[.._random.Next(1, bytes.Length)]);
                break;
            case "empty":
                await PutAsync(key, []);
                break;
            case "garbage":
                _random.NextBytes(bytes);
                await PutAsync(key, bytes);
                break;
            case "oversized":
                await PutAsync(key, [.. bytes, .. new byte[_random.Next(1, 100_000)]]);
                break;
            case "a list":
                await _server.CommandAsync("UNLINK", _fleet.Key(key));
                await _server.CommandAsync("RPUSH", _fleet.Key(key), "1");
                break;
            case "a hash":
                await _server.CommandAsync("UNLINK", _fleet.Key(key));
                await _server.CommandAsync("HSET", _fleet.Key(key), "field", "1");
                break;
            default:
                await PutAsync(key, await BytesAsync("another"));
                break;
        }
    }

    private async Task<byte[]> BytesAsync(string key) => (byte[])(await _cache.ExecuteAsync("GET", [Encoding.UTF8.GetBytes(_fleet.Key(key))]))!;

    private async Task PutAsync(string key, byte[] bytes) => await _cache.ExecuteAsync("SET", [_fleet.Key(key), bytes]);

    private sealed record Row(int Id, string Name);
}
