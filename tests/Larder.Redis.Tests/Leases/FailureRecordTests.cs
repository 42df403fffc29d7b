using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Leases;

/// <summary>The record by which those who wait for a load hear that it has failed: it is there for nobody else.</summary>
public sealed class FailureRecordTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisHarness _harness = null!;
    private ICache _cache = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _harness = RedisHarness.Over(_server, copies: RedisLocalCopies.Auto);
        var failing = _harness.CreateCache();
        _cache = _harness.CreateCache();

        // It is there for a second.
        await Deadline.TrueAsync(
            async () =>
            {
                await Assert.ThrowsAsync<InvalidDataException>(async () => await failing.GetOrCreateAsync<int>("key", _ => throw new InvalidDataException("bad")));
                return await _server.CommandAsync("GETRANGE", Key, "2", "2") is "\u0004";
            },
            "the record is there");
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Reads_find_nothing()
    {
        Assert.False((await _cache.GetAsync<int>("key")).HasValue);
        Assert.False((await _cache.PeekAsync<int>("key")).HasValue);
        Assert.False(await _cache.ExistsAsync("key"));
        Assert.Equal(EntryTimeToLive.Absent, await _cache.GetTimeToLiveAsync("key"));
        Assert.False((await _cache.GetManyAsync<int>(["key"]))[0].HasValue);
        Assert.Equal(0, await _cache.CountAsync());
        Assert.Empty(await _cache.KeysAsync().ToListAsync());
        Assert.Equal(0, _cache.Statistics.Snapshot().BadEntries);
    }

    [Fact]
    public async Task Changes_of_what_is_there_change_nothing()
    {
        Assert.False(await _cache.ExpireAsync("key", TimeSpan.FromMinutes(1)));
        Assert.False(await _cache.PersistAsync("key"));
        Assert.False(await _cache.ReplaceAsync("key", 1));
        Assert.False(await _cache.CreateTransaction().RequirePresent("key").Set("other", 1).CommitAsync());
        Assert.False(await _cache.RemoveAsync("key"));
        Assert.Equal(0, await _cache.RemoveByPatternAsync("*"));
        Assert.Equal(0, await _cache.ClearAsync());
    }

    [Fact]
    public async Task It_is_no_obstacle_to_an_addition()
    {
        Assert.True(await _cache.AddAsync("key", 1));
        Assert.Equal(1, (await _cache.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task It_is_no_obstacle_to_a_counter() => Assert.Equal(1, await _cache.IncrementAsync("key"));

    [Fact]
    public async Task It_is_no_obstacle_to_an_exchange()
    {
        Assert.False((await _cache.ExchangeAsync("key", 1)).HasValue);
        Assert.Equal(1, (await _cache.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task It_is_no_obstacle_to_a_transaction()
    {
        Assert.True(await _cache.CreateTransaction().RequireAbsent("key").Set("key", 1).CommitAsync());
        Assert.Equal(1, (await _cache.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task Who_did_not_wait_for_the_load_that_failed_loads_at_once() => Assert.Equal(1, await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(1)));

    private string Key => $"{_harness.Prefix}-default:key";
}
