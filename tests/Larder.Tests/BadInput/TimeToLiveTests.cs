namespace Larder.Tests.BadInput;

public sealed class TimeToLiveTests : MemoryTest
{
    public static TheoryData<string> Operations => StoringOperations.Names;

    [Theory]
    [Ledger(43, 168)]
    [LedgerFault(39)]
    [MemberData(nameof(Operations))]
    public async Task Zero_is_refused(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => StoringOperations.RunAsync(operation, Cache, TimeSpan.Zero));
        Assert.Contains("TimeToLive is 00:00:00, and must be above zero", exception.Message, StringComparison.Ordinal);
        Assert.Contains("CacheTtl.Never", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Cache.CountAsync());
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_negative_time_is_refused(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => StoringOperations.RunAsync(operation, Cache, TimeSpan.FromSeconds(-5)));
        Assert.Contains("-00:00:05", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_bad_time_is_refused_also_when_the_value_is_there(string operation)
    {
        await Cache.SetAsync("key", 1);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => StoringOperations.RunAsync(operation, Cache, TimeSpan.Zero));
        Assert.Equal(1, (await Cache.PeekAsync<int>("key")).Value);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task The_infinite_time_of_threads_is_refused_like_any_negative_one(string operation) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => StoringOperations.RunAsync(operation, Cache, Timeout.InfiniteTimeSpan));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task Expire_refuses_what_is_not_above_zero(long ticks)
    {
        await Cache.SetAsync("key", 1);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.ExpireAsync("key", TimeSpan.FromTicks(ticks)));
        Assert.True(await Cache.ExistsAsync("key"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_view_refuses_what_is_not_above_zero(long ticks)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Cache.WithTimeToLive(TimeSpan.FromTicks(ticks)));
        Assert.Equal("timeToLive", exception.ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => Cache.For<int>().WithTimeToLive(TimeSpan.FromTicks(ticks)));
    }

    [Fact]
    public async Task A_loader_that_sets_zero_fails_and_nothing_is_stored()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.GetOrCreateAsync("key", 0, static (_, load, _) =>
        {
            load.TimeToLive = TimeSpan.Zero;
            return new ValueTask<int>(1);
        }));
        Assert.False(await Cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task The_longest_time_is_taken_for_no_expiry()
    {
        await Cache.SetAsync("key", 1, TimeSpan.MaxValue);
        Assert.Equal(EntryTimeToLive.NoExpiry, await Cache.GetTimeToLiveAsync("key"));
    }
}
