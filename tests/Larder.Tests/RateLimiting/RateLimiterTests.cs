using System.Threading.RateLimiting;
using Larder.Memory;
using Larder.Testing;
using Larder.Tests.Conformance;
using Larder.Tests.Statistics;
using Larder.Tiers;

namespace Larder.Tests.RateLimiting;

/// <summary>Rate limiters beyond what every tier does the same way, which the conformance suite shows.</summary>
public sealed class RateLimiterTests : IAsyncDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly BytesHarness _harness = new();
    private readonly ICache _memory;

    public RateLimiterTests() => _memory = Cache.InMemory(options => options.TimeProvider = _clock);

    public async ValueTask DisposeAsync()
    {
        (_harness.Tier.ReadFailure, _harness.Tier.CommitFailure) = (null, null);
        await _memory.DisposeAsync();
        await _harness.DisposeAsync();
    }

    [Fact]
    public async Task In_memory_a_limiter_answers_without_a_wait()
    {
        await using var limiter = _memory.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));

        using var granted = limiter.AttemptAcquire();
        using var refused = limiter.AttemptAcquire();

        Assert.True(granted.IsAcquired);
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var after));
        Assert.Equal(Minute, after);
        Assert.True(limiter.AcquireAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Over_a_store_an_answer_without_a_wait_is_no()
    {
        await using var limiter = _harness.CreateCache().CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));

        using var lease = limiter.AttemptAcquire();

        Assert.False(lease.IsAcquired);
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
    }

    [Theory]
    [InlineData(UnavailableMode.Allow, true, "allowed_unchecked")]
    [InlineData(UnavailableMode.Refuse, false, "refused_unchecked")]
    public async Task While_the_store_is_away_the_mode_decides(UnavailableMode mode, bool isGranted, string outcome)
    {
        var cache = _harness.CreateCache();
        using var meter = new MeterLog(cache.Name, "larder.rate_limit.leases");
        await using var limiter = cache.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute), mode);
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
        _harness.Tier.ReadFailure = new IOException("out of order");

        using var lease = await limiter.AcquireAsync();

        Assert.Equal(isGranted, lease.IsAcquired);
        Assert.True(lease.TryGetMetadata(MetadataName.ReasonPhrase, out var reason) && reason!.Contains("could not be asked", StringComparison.Ordinal));
        Assert.False(lease.TryGetMetadata(RateLimitMetadata.Remaining, out _));
        Assert.Equal(1, cache.Statistics.Snapshot().TierErrors);
        _harness.Tier.ReadFailure = null;
        Assert.Contains(meter.Of("larder.rate_limit.leases"), measurement => measurement.Tag == outcome);
        Assert.False((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public async Task A_caller_that_gives_up_gets_its_cancellation_and_no_permit()
    {
        await using var limiter = _memory.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => limiter.AcquireAsync(1, new CancellationToken(canceled: true)).AsTask());

        Assert.True((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public async Task A_limiter_that_nobody_asks_is_idle_and_its_count_stays()
    {
        var limiter = _memory.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
        Assert.Equal(TimeSpan.Zero, limiter.IdleDuration);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.FromSeconds(20), limiter.IdleDuration);
        await limiter.DisposeAsync();

        await using var next = _memory.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));

        Assert.False((await next.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public async Task Counts_in_memory_go_when_their_time_is_over()
    {
        var rates = new MemoryRates(new CacheClock(_clock));
        for (var i = 0; i < 10_000; i++)
        {
            await rates.TakeAsync($"{i}", RateLimit.FixedWindow(1, TimeSpan.FromSeconds(1)), 1, default);
        }

        _clock.Advance(Minute);
        await rates.TakeAsync("one more", RateLimit.FixedWindow(1, Minute), 1, default);

        Assert.Equal(1, rates.Count);
    }

    [Fact]
    public async Task A_partition_is_one_limiter_for_each_name()
    {
        await using var limiter = PartitionedRateLimiter.Create<string, string>(who => _memory.GetRateLimitPartition($"api:{who}", RateLimit.TokenBucket(1, 1, Minute)));

        Assert.True((await limiter.AcquireAsync("ada")).IsAcquired);
        Assert.True((await limiter.AcquireAsync("grace")).IsAcquired);
        Assert.False((await limiter.AcquireAsync("ada")).IsAcquired);
    }

    [Fact]
    public async Task A_disabled_cache_limits_all_the_same()
    {
        await using var cache = Cache.InMemory(options => options.Enabled = false);
        await using var limiter = cache.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));

        Assert.True((await limiter.AcquireAsync()).IsAcquired);
        Assert.False((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public void What_is_out_of_its_range_is_refused_with_value_and_limit()
    {
        Assert.Contains("permits is 0", Message(() => RateLimit.FixedWindow(0, Minute)), StringComparison.Ordinal);
        Assert.Contains("window is 00:00:00", Message(() => RateLimit.FixedWindow(1, TimeSpan.Zero)), StringComparison.Ordinal);
        Assert.Contains("window is 366", Message(() => RateLimit.SlidingWindow(1, TimeSpan.FromDays(366))), StringComparison.Ordinal);
        Assert.Contains("segments is 101", Message(() => RateLimit.SlidingWindow(1, Minute, 101)), StringComparison.Ordinal);
        Assert.Contains("segments is 10", Message(() => RateLimit.SlidingWindow(1, TimeSpan.FromMilliseconds(5))), StringComparison.Ordinal);
        Assert.Contains("tokensPerPeriod is 3", Message(() => RateLimit.TokenBucket(2, 3, Minute)), StringComparison.Ordinal);
        Assert.Contains("capacity is -1", Message(() => RateLimit.TokenBucket(-1, -1, Minute)), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => _memory.CreateRateLimiter("api", null!));
        Assert.Throws<ArgumentException>(() => _memory.CreateRateLimiter("", RateLimit.FixedWindow(1, Minute)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _memory.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute), (UnavailableMode)7));
    }

    private static string Message(Action action) => Assert.Throws<ArgumentOutOfRangeException>(action).Message;
}
