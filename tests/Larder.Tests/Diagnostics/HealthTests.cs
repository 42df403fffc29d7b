using Larder.Testing;
using Larder.Tests.Conformance;
using Larder.Tests.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Tests.Diagnostics;

/// <summary>The health of a cache: which rules there are, over which time, and what they say.</summary>
public sealed class HealthTests : IAsyncDisposable
{
    private readonly BytesHarness _harness = new();
    private readonly LogRecorder _log = new();
    private readonly ICache _cache;

    public HealthTests() => _cache = _harness.CreateCache(options => options.LoggerFactory = _log);

    private FakeTimeProvider Clock => _harness.Clock;

    private BytesTier Tier => _harness.Tier;

    public ValueTask DisposeAsync()
    {
        (Tier.ReadFailure, Tier.CommitFailure) = (null, null);
        return _harness.DisposeAsync();
    }

    [Fact]
    public async Task A_cache_that_nobody_used_is_healthy()
    {
        var report = await _cache.CheckHealthAsync();

        Assert.Equal((HealthStatus.Healthy, "Cache 'default' is healthy."), (report.Status, report.ToString()));
        Assert.Null(report.InWindow.HitRatio);
    }

    [Fact]
    [LedgerFault(18)]
    public async Task Fault_18_each_alert_is_looked_at_whatever_the_others_say()
    {
        await ReadAsync(hits: 0, misses: 1000);
        await FailAsync(11);

        var both = await _cache.CheckHealthAsync();
        Assert.Equal([CacheHealthRule.StoreErrors, CacheHealthRule.HitRatio], both.Findings.Select(finding => finding.Rule));

        var errorsOnly = await _cache.CheckHealthAsync(new CacheHealthOptions { MinHitRatio = null });
        Assert.Equal([CacheHealthRule.StoreErrors], errorsOnly.Findings.Select(finding => finding.Rule));

        var ratioOnly = await _cache.CheckHealthAsync(new CacheHealthOptions { MaxStoreErrors = null });
        Assert.Equal([CacheHealthRule.HitRatio], ratioOnly.Findings.Select(finding => finding.Rule));
    }

    [Fact]
    [Ledger(185)]
    [LedgerFault(18)]
    public async Task Fault_18_more_than_ten_errors_of_the_store_are_told_and_ten_are_not()
    {
        await FailAsync(10);
        Assert.Equal(HealthStatus.Healthy, (await _cache.CheckHealthAsync()).Status);

        await FailAsync(1);

        var finding = Assert.Single((await _cache.CheckHealthAsync()).Findings);
        Assert.Equal((CacheHealthRule.StoreErrors, HealthStatus.Degraded, "the store failed 11 times in 0 s; the limit is 10"), (finding.Rule, finding.Status, finding.Reason));
    }

    [Fact]
    [Ledger(184, 187)]
    [LedgerFault(19)]
    public async Task Fault_19_a_ratio_is_compared_as_a_fraction_and_written_as_a_percentage()
    {
        await ReadAsync(hits: 650, misses: 350);
        var finding = Assert.Single((await _cache.CheckHealthAsync()).Findings);
        Assert.StartsWith("65.0 % of 1,000 reads in 0 s were hits; the limit is 70.0 %", finding.Reason, StringComparison.Ordinal);

        await ReadAsync(hits: 200, misses: 0);

        Assert.Equal(HealthStatus.Healthy, (await _cache.CheckHealthAsync()).Status);
    }

    [Fact]
    [Ledger(184)]
    public async Task Few_reads_say_nothing_of_the_hit_ratio()
    {
        await ReadAsync(hits: 0, misses: 999);
        Assert.Equal(HealthStatus.Healthy, (await _cache.CheckHealthAsync()).Status);

        await ReadAsync(hits: 0, misses: 1);

        Assert.Equal(HealthStatus.Degraded, (await _cache.CheckHealthAsync()).Status);
    }

    [Fact]
    [Ledger(185)]
    public async Task What_is_older_than_the_window_does_not_count()
    {
        var options = new CacheHealthOptions { Window = TimeSpan.FromMinutes(1) };
        await FailAsync(11);
        Assert.Equal(HealthStatus.Degraded, (await _cache.CheckHealthAsync(options)).Status);

        for (var i = 0; i < 7; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(10));
            await _cache.CheckHealthAsync(options);
        }

        await FailAsync(3);
        var report = await _cache.CheckHealthAsync(options);
        Assert.Equal((HealthStatus.Healthy, 3), (report.Status, report.InWindow.TierErrors));
        Assert.InRange(report.Window, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(75));
        Assert.Equal(14, report.Total.TierErrors);
    }

    [Fact]
    public async Task Windows_of_several_lengths_do_not_disturb_each_other()
    {
        var (brief, whole) = (new CacheHealthOptions { Window = TimeSpan.FromSeconds(10) }, new CacheHealthOptions { Window = TimeSpan.FromHours(1) });
        await FailAsync(11);
        for (var i = 0; i < 3; i++)
        {
            await _cache.CheckHealthAsync(brief);
            await _cache.CheckHealthAsync(whole);
            Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(HealthStatus.Healthy, (await _cache.CheckHealthAsync(brief)).Status);
        Assert.Equal(HealthStatus.Degraded, (await _cache.CheckHealthAsync(whole)).Status);
    }

    [Fact]
    public async Task Loads_that_fail_degrade_the_cache()
    {
        for (var i = 0; i < 20; i++)
        {
            await _cache.GetOrCreateAsync($"{i}", _ => new ValueTask<int>(i));
        }

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<FormatException>(() => _cache.GetOrCreateAsync<int>("bad", _ => throw new FormatException()).AsTask());
        }

        var finding = Assert.Single((await _cache.CheckHealthAsync()).Findings);
        Assert.Equal(CacheHealthRule.LoadFailures, finding.Rule);
        Assert.StartsWith("13.0 % of 23 loads", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_makes_the_cache_unhealthy_and_is_no_exception()
    {
        Tier.ReadFailure = new IOException("the disk is gone");

        var report = await _cache.CheckHealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("the disk is gone", report.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Cache 'default' is unhealthy: ", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accepted_writes_that_wait_too_long_degrade_the_cache()
    {
        var source = new Writing.RecordingSource();
        var users = _cache.For<string, int>(source, new SourceCacheOptions { WriteBehind = new WriteBehindOptions { FlushInterval = TimeSpan.FromHours(1) } });
        await users.SetAsync("a", 1);
        Assert.Equal(HealthStatus.Healthy, (await _cache.CheckHealthAsync()).Status);

        Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(CacheHealthRule.WriteBehindLag, Assert.Single((await _cache.CheckHealthAsync()).Findings).Rule);
        await users.DisposeAsync();
    }

    [Fact]
    public async Task That_the_health_has_changed_is_logged_once()
    {
        await FailAsync(11);
        await _cache.CheckHealthAsync();
        await _cache.CheckHealthAsync();
        Assert.Single(_log.Lines, line => line.Contains("is degraded: the store failed 11 times", StringComparison.Ordinal));

        Clock.Advance(TimeSpan.FromMinutes(20));
        await _cache.CheckHealthAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));
        await _cache.CheckHealthAsync();
        await _cache.CheckHealthAsync();

        Assert.Single(_log.Lines, line => line.Contains("is healthy again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_check_reports_the_worst_cache_and_why()
    {
        await using var other = Cache.InMemory();
        await FailAsync(11);
        var context = new HealthCheckContext { Registration = new HealthCheckRegistration("cache", new CacheHealthCheck([_cache]), HealthStatus.Unhealthy, tags: null) };

        var result = await new CacheHealthCheck([_cache]).CheckHealthAsync(context);

        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Contains("the store failed 11 times", result.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, (await new CacheHealthCheck([other]).CheckHealthAsync(context)).Status);
    }

    [Theory]
    [InlineData(0, 1000, 20, "Window")]
    [InlineData(7200, 1000, 20, "Window")]
    [InlineData(60, 0, 20, "MinReads")]
    [InlineData(60, 1000, 0, "MinLoads")]
    public async Task Options_out_of_their_ranges_are_refused(int windowSeconds, long minReads, long minLoads, string named)
    {
        var options = new CacheHealthOptions { Window = TimeSpan.FromSeconds(windowSeconds), MinReads = minReads, MinLoads = minLoads };

        Assert.Contains(named, (await Assert.ThrowsAsync<ArgumentException>(() => _cache.CheckHealthAsync(options).AsTask())).Message, StringComparison.Ordinal);
    }

    private async Task ReadAsync(int hits, int misses)
    {
        await _cache.SetAsync("there", 1);
        for (var i = 0; i < hits; i++)
        {
            await _cache.GetAsync<int>("there");
        }

        for (var i = 0; i < misses; i++)
        {
            await _cache.GetAsync<int>("absent");
        }
    }

    private async Task FailAsync(int times)
    {
        Tier.ReadFailure = new IOException("out of order");
        for (var i = 0; i < times; i++)
        {
            await _cache.GetAsync<int>("key");
        }

        Tier.ReadFailure = null;
    }
}
