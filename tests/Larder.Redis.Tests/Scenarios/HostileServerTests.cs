using System.Buffers.Binary;
using System.Text;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Testing;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Scenarios;

/// <summary>What somebody can do who can write to the server, or is the server: docs/operating/threats.md.</summary>
public sealed class HostileServerTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private Fleet _fleet = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _fleet = new Fleet(_server.EndPoint);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task JSON_of_any_depth_is_a_miss_and_ends_no_process()
    {
        var cache = await _fleet.JoinAsync();
        var deep = new StringBuilder();
        for (var i = 0; i < 200_000; i++)
        {
            deep.Append("{\"Next\":");
        }

        await _server.CommandAsync("SET", _fleet.Key("key"), deep.Append("null").Append('}', 200_000).ToString());

        Assert.False((await cache.GetAsync<Chain>("key")).HasValue);
        Assert.Equal(1, cache.Statistics.Snapshot().TypeMismatches);
        Assert.Equal(new Chain(null, 1), await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(new Chain(null, 1))));
        Assert.Equal(new Chain(null, 1), (await cache.GetAsync<Chain>("key")).Value);
    }

    [Fact]
    public async Task A_value_beyond_the_limit_is_refused_and_one_that_was_loaded_reaches_its_callers()
    {
        var cache = await _fleet.JoinAsync(redis => redis.MaxValueBytes = 1024);
        var large = new byte[1025];

        var refused = await Assert.ThrowsAsync<CacheException>(() => cache.SetAsync("set", large).AsTask());

        Assert.Equal("The value is 1,025 bytes long; the limit, MaxValueBytes, is 1,024.", refused.Message);
        Assert.Equal(large, await cache.GetOrCreateAsync("loaded", _ => ValueTask.FromResult(large)));
        Assert.False(await cache.ExistsAsync("set"));
        Assert.Equal(0L, await _server.CommandAsync("EXISTS", _fleet.Key("set"), _fleet.Key("loaded")));
        await cache.SetAsync("set", new byte[1024]);
        Assert.True(await cache.ExistsAsync("set"));
    }

    [Fact]
    public async Task A_server_of_its_own_sends_nobody_to_another_address()
    {
        await using var elsewhere = new ScriptedRespServer();
        await using var server = new ScriptedRespServer();
        server.On("GET", RespReply.Error($"MOVED 1234 {elsewhere.EndPoint}")).On("SET", RespReply.Error($"ASK 1234 {elsewhere.EndPoint}"));
        await using var cache = await Cache.ConnectAsync(
            $"redis://:secret@{server.EndPoint}?mode=Standalone&commandTimeout=20s", options => options.UseRedis(redis => redis.LocalCopies = RedisLocalCopies.None));

        Assert.False((await cache.GetAsync<int>("key")).HasValue);
        Assert.Equal(1, await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(1)));

        Assert.True(cache.Statistics.Snapshot().TierErrors > 0);
        Assert.Equal(0, elsewhere.AcceptedConnections);
    }

    [Fact]
    public async Task What_others_say_on_the_channel_of_a_cache_hides_changes_for_no_longer_than_copies_live()
    {
        await using var fleet = new Fleet(_server.EndPoint, redis => redis.LocalCopies = RedisLocalCopies.Channel);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var writer = await fleet.JoinAsync(options: options => options.TimeProvider = clock);
        var reader = await fleet.JoinAsync(options: options => options.TimeProvider = clock);
        await writer.SetAsync("key", 1, TimeSpan.FromHours(1));
        await reader.WarmAsync<int>("key");

        // What is no message is left out.
        await PublishAsync([]);
        await PublishAsync("garbage"u8.ToArray());
        await writer.SetAsync("key", 2, TimeSpan.FromHours(1));
        await Deadline.TrueAsync(async () => (await reader.GetAsync<int>("key")).Value == 2, "the change is heard of");

        // One with the last of all numbers makes true ones look old.
        await reader.WarmAsync<int>("key");
        var last = new byte[18];
        BinaryPrimitives.WriteInt64LittleEndian(last, long.MaxValue);
        BinaryPrimitives.WriteInt64LittleEndian(last.AsSpan(8), 1);
        (last[16], last[17]) = ((byte)'k', (byte)'x');
        await PublishAsync(last);
        await writer.SetAsync("key", 3, TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(3, (await reader.GetAsync<int>("key")).Value);

        async Task PublishAsync(byte[] message) => await writer.ExecuteAsync("PUBLISH", [fleet.ChangesKey, message]);
    }

    private sealed record Chain(Chain? Next, int Length);
}
