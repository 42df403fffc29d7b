namespace Larder.Tests.BadInput;

/// <summary>A policy is checked by the first operation that uses it, and by every further one.</summary>
public sealed class PolicyTests : MemoryTest
{
    [Fact]
    public Task A_time_to_live_of_zero_is_refused() => RefusesAsync(new() { TimeToLive = TimeSpan.Zero }, "TimeToLive is 00:00:00");

    [Fact]
    public Task A_sliding_window_of_zero_is_refused() => RefusesAsync(new() { SlidingExpiration = TimeSpan.Zero }, "SlidingExpiration is 00:00:00");

    [Fact]
    public Task A_negative_sliding_window_is_refused() => RefusesAsync(new() { SlidingExpiration = TimeSpan.FromSeconds(-1) }, "SlidingExpiration is -00:00:01");

    [Fact]
    public Task A_time_to_live_in_memory_of_zero_is_refused() => RefusesAsync(new() { MemoryTimeToLive = TimeSpan.Zero }, "MemoryTimeToLive is 00:00:00");

    [Fact]
    public Task Tiers_that_do_not_exist_are_refused() => RefusesAsync(new() { Tiers = (CacheTiers)4 }, "Tiers is 4");

    [Fact]
    public Task A_negative_time_to_live_of_zero_is_refused() => RefusesAsync(new() { NegativeTimeToLive = TimeSpan.Zero }, "NegativeTimeToLive is 00:00:00");

    [Fact]
    public Task A_load_timeout_of_zero_is_refused() => RefusesAsync(new() { LoadTimeout = TimeSpan.Zero }, "LoadTimeout is 00:00:00");

    [Fact]
    public Task A_soft_timeout_of_zero_is_refused() => RefusesAsync(new() { SoftTimeout = TimeSpan.Zero }, "SoftTimeout is 00:00:00");

    [Fact]
    public Task A_negative_staleness_is_refused() => RefusesAsync(new() { MaxStale = TimeSpan.FromSeconds(-1) }, "MaxStale is -00:00:01");

    [Fact]
    public Task A_negative_pause_after_failures_is_refused() => RefusesAsync(new() { FailurePause = TimeSpan.FromSeconds(-1) }, "FailurePause is -00:00:01");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.1)]
    [InlineData(0.91)]
    [InlineData(double.PositiveInfinity)]
    public Task A_jitter_that_is_no_fraction_is_refused(double jitter) => RefusesAsync(new() { TimeToLiveJitter = jitter }, "TimeToLiveJitter is ");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    [InlineData(double.NegativeInfinity)]
    public void An_early_refresh_after_what_is_no_fraction_is_refused(double fraction)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => EarlyRefresh.AfterFraction(fraction));
        Assert.Equal("fraction", exception.ParamName);
        Assert.Equal(fraction, exception.ActualValue);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1000.1)]
    [InlineData(double.PositiveInfinity)]
    public void A_beta_out_of_its_range_is_refused(double beta)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => EarlyRefresh.XFetch(beta));
        Assert.Equal("beta", exception.ParamName);
        Assert.Contains("1,000", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Ledger(147)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(25 * 24 * 3600)]
    public void A_delay_of_an_invalidation_out_of_its_range_is_refused(int seconds)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => InvalidationMode.Delayed(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(TimeSpan.FromSeconds(seconds), exception.ActualValue);
        Assert.Contains("24 days", exception.Message, StringComparison.Ordinal);
    }

    private async Task RefusesAsync(CachePolicy policy, string message)
    {
        for (var i = 0; i < 2; i++)
        {
            var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.SetAsync("key", 1, policy));
            Assert.Contains(message, exception.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(1), policy));
        }

        Assert.Equal(0, await Cache.CountAsync());
        Assert.Equal(0, Cache.Statistics.Snapshot().Loads);
    }
}
