using System.Diagnostics;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Larder.Redis.Hosting;

namespace Larder.Redis.Tests.Configuration;

/// <summary>The options themselves: what a connection string does to them, what is refused, what they show.</summary>
public sealed class RedisOptionsTests
{
    public static TheoryData<string, Action<RedisOptions>> Bad => new()
    {
        { "Redis.Database is -1, and must be from 0 to 65,535", options => options.Database = -1 },
        { "Redis.ConnectTimeout is 00:00:00, and must be from 00:00:00.0100000 to 00:10:00", options => options.ConnectTimeout = TimeSpan.Zero },
        { "Redis.CommandTimeout is 01:00:00", options => options.CommandTimeout = TimeSpan.FromHours(1) },
        { "Redis.CommandTimeout is 10675199", options => options.CommandTimeout = CacheTtl.Never },
        { "Redis.SoftTimeout is 00:00:00, and must be from 00:00:00.0010000 to CommandTimeout, which is 00:00:00.5000000", options => options.SoftTimeout = TimeSpan.Zero },
        { "Redis.SoftTimeout is 00:00:01", options => options.SoftTimeout = TimeSpan.FromSeconds(1) },
        { "Redis.HeartbeatInterval is 00:00:00.0010000", options => options.HeartbeatInterval = TimeSpan.FromMilliseconds(1) },
        { "Redis.RetryCount is 11, and must be from 0 to 10", options => options.RetryCount = 11 },
        { "Redis.RetryDelay is 00:00:00", options => options.RetryDelay = TimeSpan.Zero },
        { "Redis.BulkThreshold is 100, and must be from 1,024", options => options.BulkThreshold = 100 },
        { "Redis.CompressionThreshold is 0", options => options.CompressionThreshold = 0 },
        { "Redis.MaxValueBytes is 536,870,913, and must be from 1,024 to 536,870,912", options => options.MaxValueBytes = 536_870_913 },
        { "Redis.Mode is 9", options => options.Mode = (RedisMode)9 },
        { "Redis.ClientName is 'a b'", options => options.ClientName = "a b" },
        { "Redis.Endpoints, number 2", options => options.Endpoints = ["host", "ho st"] },
        { "Redis.User is set, but Password is not", options => options.User = "app" },
        { "Redis.Credentials is set, and User or Password too", options => (options.Password, options.Credentials) = ("x", _ => default) },
        { "Redis.SentinelUser is set, but SentinelPassword is not", options => (options.SentinelServiceName, options.SentinelUser) = ("main", "x") },
        { "Redis.SentinelPassword is set, but SentinelServiceName is not", options => options.SentinelPassword = "x" },
        { "Redis.Mode is Sentinel, but SentinelServiceName is not set", options => options.Mode = RedisMode.Sentinel },
        { "Redis.Mode is Cluster, but SentinelServiceName is set", options => (options.Mode, options.SentinelServiceName) = (RedisMode.Cluster, "main") },
        { "Redis.Database is 1, but Mode is Cluster", options => (options.Mode, options.Database) = (RedisMode.Cluster, 1) },
        { "Redis.Endpoints names 2 servers, but Mode is Standalone", options => (options.Mode, options.Endpoints) = (RedisMode.Standalone, ["a", "b"]) },
        { "Redis.TlsHost is set, but Tls is false", options => options.TlsHost = "host" },
        { "Redis.TlsTrustAnyCertificate is set, but Tls is false", options => options.TlsTrustAnyCertificate = true },
        { "Redis.TlsAuthorityFile is 'none.pem', and there is no such file", options => (options.Tls, options.TlsAuthorityFile) = (true, "none.pem") },
        { "Redis.TlsKeyFile is set, but TlsCertificateFile is not", options => (options.Tls, options.TlsKeyFile) = (true, "none.pem") },
        { "Leave TlsTrustAnyCertificate out", options => (options.Tls, options.TlsTrustAnyCertificate, options.TlsValidation) = (true, true, (_, _, _, _) => true) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task An_option_out_of_its_range_is_refused_with_its_name_and_value(string message, Action<RedisOptions> configure)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => Cache.ConnectAsync("localhost:1", options => options.UseRedis(configure)).AsTask());

        Assert.Contains("Larder cache 'default': " + message.Split("Leave")[0], exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_replaces_all_that_belongs_to_the_server()
    {
        var options = new RedisOptions { ConnectionString = "rediss://app:secret@one/3?sentinelServiceName=main&commandTimeout=1s" };
        options.ConnectionString = "two";

        Assert.Equal(["two:6379"], options.Endpoints);
        Assert.Equal((null, null, 0, false, null), (options.User, options.Password, options.Database, options.Tls, options.SentinelServiceName));
        Assert.Equal(TimeSpan.FromSeconds(1), options.CommandTimeout);
    }

    [Fact]
    [Ledger(18)]
    public void What_is_set_after_the_connection_string_counts_more()
    {
        var options = new RedisOptions { ConnectionString = "redis://:one@host/1", Password = "two", Database = 2 };

        Assert.Equal(("two", 2), (options.Password, options.Database));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void No_connection_string_clears_the_one_before(string? none)
    {
        var options = new RedisOptions { ConnectionString = "redis://:secret@host" };
        options.ConnectionString = none;

        Assert.Empty(options.Endpoints);
        Assert.Null(options.Password);
    }

    [Fact]
    [Trait("Scenario", "S33")]
    public void Neither_text_nor_debugger_shows_a_secret()
    {
        var options = new RedisOptions { ConnectionString = "redis://app:hunter2@host", SentinelPassword = "hunter2" };
        var shown = typeof(RedisOptions).GetProperties()
            .Where(property => property.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State != DebuggerBrowsableState.Never)
            .Select(property => property.GetValue(options)?.ToString());

        Assert.Equal("Redis at host:6379", options.ToString());
        Assert.DoesNotContain(shown, text => text?.Contains("hunter2", StringComparison.Ordinal) == true);
        Assert.DoesNotContain("hunter2", new RedisCredentials("app", "hunter2").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", new RedisClientKey(options, "shop", null).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_of_a_connection_has_a_part_in_whether_it_is_shared()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        string[] ofTheCache = ["ConnectionString", "CompressionThreshold", "SoftTimeout", "MaxEntries", "MaxValueBytes", "ConnectOnStart", "Strict", "Coherence", "LockReplicas"];
        var plain = new RedisClientKey(new RedisOptions(), "shop", null);

        Assert.Equal(plain, new RedisClientKey(new RedisOptions(), "shop", null));
        foreach (var property in typeof(RedisOptions).GetProperties().Where(property => !ofTheCache.Contains(property.Name)))
        {
            var options = new RedisOptions();
            property.SetValue(options, Other(property.GetValue(options), property.PropertyType, certificate));
            Assert.False(plain == new RedisClientKey(options, "shop", null), property.Name);
        }
    }

    private static object Other(object? value, Type type, X509Certificate2 certificate) => value switch
    {
        bool flag => !flag,
        int number => number + 1,
        TimeSpan duration => duration + duration,
        RedisMode => RedisMode.Cluster,
        RedisLocalCopies => RedisLocalCopies.None,
        IReadOnlyList<string> => new[] { "host" },
        _ when type == typeof(string) => "text",
        _ when type == typeof(X509Certificate2) => certificate,
        _ when type == typeof(RemoteCertificateValidationCallback) => new RemoteCertificateValidationCallback((_, _, _, _) => true),
        _ => new Func<CancellationToken, ValueTask<RedisCredentials>>(_ => default),
    };
}
