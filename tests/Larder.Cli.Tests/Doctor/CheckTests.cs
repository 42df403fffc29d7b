using Larder.Cli.Doctor;
using Larder.Cli.Doctor.Checks;
using Larder.Redis;

namespace Larder.Cli.Tests.Doctor;

/// <summary>What no server of this machine shows.</summary>
public sealed class CheckTests
{
    private static readonly ServerFacts s_server = new() { Name = "server", Version = "7.0.15", Protocol = 3, IsTracked = true, RoundTrips = [TimeSpan.FromMilliseconds(1)], ClockSkew = TimeSpan.Zero };

    [Theory]
    [InlineData("6.2.14", Severity.Error)]
    [InlineData("7.0.0", Severity.Ok)]
    [InlineData("8.0.0-rc1", Severity.Ok)]
    [InlineData(null, Severity.Unknown)]
    public void A_server_that_is_too_old(string? version, object severity) =>
        Assert.Equal(severity, ServerChecks.Of(s_server with { Version = version }).Single(finding => finding.Check == "version").Severity);

    [Fact]
    public void A_server_that_speaks_RESP2() =>
        Assert.Equal(Severity.Warning, TrackingChecks.Of(s_server with { Protocol = 2 }).Single(finding => finding.Check == "protocol").Severity);

    [Theory]
    [InlineData("redis.example:6379", Severity.Warning)]
    [InlineData("rediss://redis.example:6379", Severity.Ok)]
    [InlineData("localhost", Severity.Ok)]
    [InlineData("redis://[::1]:6379", Severity.Ok)]
    [InlineData("unix:///run/redis.sock", Severity.Ok)]
    public void A_connection_that_others_can_read(string address, object severity)
    {
        var cache = new CacheFacts { Options = new RedisOptions { ConnectionString = address }, Prefix = "shop", Servers = [s_server] };

        Assert.Equal(severity, SecurityChecks.Of(cache).Single(finding => finding.Check == "tls").Severity);
    }

    [Fact]
    public void A_disk_that_is_full()
    {
        var server = s_server with { Info = new Dictionary<string, string> { ["role"] = "master", ["aof_enabled"] = "0", ["rdb_last_bgsave_status"] = "err" } };

        Assert.Equal(Severity.Error, DurabilityChecks.Of(server).Single(finding => finding.Check == "persistence").Severity);
    }

    [Fact]
    public void A_server_that_tells_its_settings_and_not_its_state()
    {
        var server = s_server with { Settings = new Dictionary<string, string> { ["maxmemory"] = "1000", ["maxmemory-policy"] = "noeviction" } };

        Assert.Equal(
            [("memory-limit", Severity.Ok), ("eviction-policy", Severity.Error)],
            MemoryChecks.Of(server).Select(finding => (finding.Check, finding.Severity)));
    }

    [Fact]
    public void What_may_not_be_asked_is_not_known_and_no_finding() =>
        Assert.All(MemoryChecks.Of(s_server).Concat(SecurityChecks.Of(s_server)), finding => Assert.Equal(Severity.Unknown, finding.Severity));
}
