using System.Buffers;
using System.Text;
using Larder.Redis.Tests.Hosting;
using Larder.Redis.Tests.Servers;
using Larder.Testing;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Redis.Tests.Adapters;

/// <summary>An IDistributedCache that shares its entries with Microsoft's RedisCache: what that one writes is written here as the commands that it sends.</summary>
public sealed class MicrosoftLayoutTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(s_now);
    private RedisServer _server = null!;
    private IHost _host = null!;
    private IBufferDistributedCache _cache = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _host = RedisSetup.Host(larder => larder
            .UseRedis($"redis://{_server.EndPoint}?commandTimeout=20s")
            .Configure(options => options.TimeProvider = _clock)
            .AsMicrosoftRedisCache("app:"));
        _cache = (IBufferDistributedCache)_host.Services.GetRequiredService<IDistributedCache>();
    }

    public async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)_host).DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_the_other_wrote_is_read()
    {
        // SetString("key", "value", new() { AbsoluteExpirationRelativeToNow = 1 h }), as recorded.
        await _server.CommandAsync("HSET", "app:key", "absexp", Ticks(s_now.AddHours(1)), "sldexp", "-1", "data", "value");
        await _server.CommandAsync("EXPIRE", "app:key", "3600");
        await _server.CommandAsync("HSET", "app:forever", "absexp", "-1", "sldexp", "-1", "data", "");

        Assert.Equal("value", await GetAsync("key"));
        Assert.Equal("", await GetAsync("forever"));
        Assert.InRange(await TimeToLiveAsync("app:key"), 3_590_000, 3_600_000);
        Assert.Equal(-1, await TimeToLiveAsync("app:forever"));
    }

    [Fact]
    public async Task What_the_other_wrote_with_a_window_slides_and_ends()
    {
        await _server.CommandAsync("HSET", "app:key", "absexp", Ticks(s_now.AddMinutes(30)), "sldexp", $"{TimeSpan.FromMinutes(20).Ticks}", "data", "value");
        await _server.CommandAsync("EXPIRE", "app:key", "5");

        Assert.Equal("value", await GetAsync("key"));
        Assert.InRange(await TimeToLiveAsync("app:key"), 1_190_000, 1_200_000);
        _clock.Advance(TimeSpan.FromMinutes(15));
        await _cache.RefreshAsync("key");
        Assert.InRange(await TimeToLiveAsync("app:key"), 890_000, 900_000);
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(await GetAsync("key"));
    }

    [Fact]
    public async Task What_is_written_has_the_layout_of_the_other()
    {
        await _cache.SetAsync("key", "value"u8.ToArray(), new() { AbsoluteExpiration = s_now.AddHours(1), SlidingExpiration = TimeSpan.FromMinutes(10) });

        Assert.Equal(
            ["absexp", Ticks(s_now.AddHours(1)), "sldexp", $"{TimeSpan.FromMinutes(10).Ticks}", "data", "value"],
            (await _server.ListAsync("HGETALL", "app:key")).Select(part => part!.ToString()));
        Assert.InRange(await TimeToLiveAsync("app:key"), 590_000, 600_000);
        await _cache.SetAsync("key", new ReadOnlySequence<byte>([1, 2]), new());
        Assert.Equal(["absexp", "-1", "sldexp", "-1"], (await _server.ListAsync("HGETALL", "app:key")).Take(4).Select(part => part!.ToString()));
    }

    [Fact]
    public async Task Gap_A_a_value_without_expiry_does_not_have_that_of_the_one_before()
    {
        await _cache.SetAsync("key", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        await _cache.SetAsync("key", [2], new());

        Assert.Equal(-1, await TimeToLiveAsync("app:key"));
    }

    [Fact]
    public async Task Gap_B_times_to_live_are_kept_to_the_millisecond()
    {
        await _cache.SetAsync("key", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(90_900) });
        await _cache.SetAsync("short", [1], new() { SlidingExpiration = TimeSpan.FromMilliseconds(900) });

        Assert.InRange(await TimeToLiveAsync("app:key"), 90_001, 90_900);
        Assert.NotEqual(-1, await TimeToLiveAsync("app:short"));
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(5)]
    public async Task Gap_C_an_absolute_expiration_may_be_told_in_any_time_zone(int hours)
    {
        await _cache.SetAsync("key", "value"u8.ToArray(), new() { AbsoluteExpiration = s_now.AddMinutes(30).ToOffset(TimeSpan.FromHours(hours)), SlidingExpiration = TimeSpan.FromHours(1) });

        Assert.Equal("value", await GetAsync("key"));
        Assert.Equal(Ticks(s_now.AddMinutes(30)), await _server.CommandAsync("HGET", "app:key", "absexp"));
        Assert.InRange(await TimeToLiveAsync("app:key"), 1_790_000, 1_800_000);
    }

    [Fact]
    public async Task Missing_keys_removals_buffers_and_the_synchronous_members()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Null(_cache.Get("absent"));
        Assert.False(_cache.TryGet("absent", buffer));
        _cache.Refresh("absent");
        _cache.Remove("absent");
        _cache.Set("", [1, 2], new());
        _cache.Set("sequence", new ReadOnlySequence<byte>([3]), new());

        Assert.Equal([1, 2], _cache.Get(""));
        Assert.True(_cache.TryGet("sequence", buffer));
        Assert.Equal(3, Assert.Single(buffer.WrittenSpan.ToArray()));
        _cache.Remove("");
        Assert.Null(await _cache.GetAsync(""));
    }

    [Fact]
    public async Task Bad_arguments_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => _cache.Get(null!));
        await Assert.ThrowsAsync<ArgumentException>(() => _cache.GetAsync("\uD800"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _cache.SetAsync("key", [], null!));
        await Assert.ThrowsAsync<OperationCanceledException>(() => _cache.GetAsync("key", new CancellationToken(canceled: true)));
        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _cache.SetAsync("key", [], new() { AbsoluteExpiration = s_now }));
        Assert.Equal("AbsoluteExpiration", exception.ParamName);
    }

    [Fact]
    public async Task Without_a_connection_string_it_is_in_memory()
    {
        using var host = RedisSetup.Host(larder => larder.UseRedis().AsMicrosoftRedisCache());
        var cache = host.Services.GetRequiredService<IDistributedCache>();
        await cache.SetStringAsync("key", "value");

        Assert.Equal("value", await cache.GetStringAsync("key"));
    }

    private static string Ticks(DateTimeOffset at) => at.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string?> GetAsync(string key) => await _cache.GetAsync(key) is { } value ? Encoding.UTF8.GetString(value) : null;

    private async Task<long> TimeToLiveAsync(string key) => (long)(await _server.CommandAsync("PTTL", key))!;
}
