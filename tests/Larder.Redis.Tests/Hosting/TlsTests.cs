using System.Net.Security;
using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Redis.Tests.Hosting;

/// <summary>TLS with a real server: what is trusted, and what is refused.</summary>
[Trait("Scenario", "S36")]
public sealed class TlsTests(SharedServers servers)
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_server_with_a_certificate_of_a_trusted_authority_is_trusted(string host)
    {
        var server = await servers.Secured.GetAsync();
        await using var cache = await ConnectAsync(server, redis => (redis.Endpoints, redis.TlsAuthorityFile) = ([$"{host}:{server.TlsPort}"], server.Certificates.AuthorityFile));

        await cache.SetAsync("key", 1, TimeSpan.FromMinutes(1));

        Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task A_server_of_an_unknown_authority_is_refused()
    {
        var server = await servers.Secured.GetAsync();

        await AssertRefusedAsync(() => ConnectAsync(server, _ => { }));
    }

    [Fact]
    public async Task A_server_under_another_name_is_refused()
    {
        var server = await servers.Secured.GetAsync();

        await AssertRefusedAsync(() => ConnectAsync(server, redis => (redis.TlsAuthorityFile, redis.TlsHost) = (server.Certificates.AuthorityFile, "redis.example")));
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused()
    {
        await using var server = await RedisServer.StartAsync(new() { Tls = true });
        await server.Certificates.ExpireServerAsync();
        await server.RestartAsync();

        await AssertRefusedAsync(() => ConnectAsync(server, redis => (redis.TlsAuthorityFile, redis.User, redis.Password) = (server.Certificates.AuthorityFile, null, null)));
    }

    [Fact]
    public async Task Any_certificate_is_accepted_only_when_that_is_said_and_the_log_warns()
    {
        using var log = new LogLines();
        var server = await servers.Secured.GetAsync();
        await using var cache = await ConnectAsync(server, redis => (redis.TlsTrustAnyCertificate, redis.TlsHost) = (true, "redis.example"), log);

        Assert.False(await cache.ExistsAsync("key"));
        Assert.Contains("Warning 103", Assert.Single(log.OfLarder, line => line.Contains("TlsTrustAnyCertificate", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_decides()
    {
        var server = await servers.Secured.GetAsync();
        var known = await File.ReadAllTextAsync(server.Certificates.ServerFile);
        await using var cache = await ConnectAsync(server, redis => redis.TlsValidation = (_, certificate, _, errors) =>
            errors == SslPolicyErrors.RemoteCertificateChainErrors && known.Contains(Convert.ToBase64String(certificate!.GetRawCertData())[..64], StringComparison.Ordinal));

        Assert.False(await cache.ExistsAsync("key"));
        await AssertRefusedAsync(() => ConnectAsync(server, redis => redis.TlsValidation = (_, _, _, _) => false));
    }

    [Fact]
    public async Task A_client_certificate_is_shown_from_files_or_from_code()
    {
        await using var server = await RedisServer.StartAsync(new() { Tls = true, RequireClientCertificate = true });
        var certificates = server.Certificates;
        using var certificate = certificates.LoadClient();

        await using var fromFiles = await ConnectAsync(server, redis => (redis.Password, redis.User, redis.TlsAuthorityFile, redis.TlsCertificateFile, redis.TlsKeyFile) =
            (null, null, certificates.AuthorityFile, certificates.ClientFile, certificates.ClientKeyFile));
        await using var fromCode = await ConnectAsync(server, redis => (redis.Password, redis.User, redis.TlsAuthorityFile, redis.TlsCertificate) = (null, null, certificates.AuthorityFile, certificate));

        Assert.False(await fromFiles.ExistsAsync("key"));
        Assert.False(await fromCode.ExistsAsync("key"));
        await Assert.ThrowsAsync<CacheConnectionException>(() => ConnectAsync(server, redis => (redis.Password, redis.User, redis.TlsAuthorityFile) = (null, null, certificates.AuthorityFile)));
    }

    [Fact]
    public async Task A_host_reads_the_settings_of_TLS_from_configuration()
    {
        var server = await servers.Secured.GetAsync();
        using var host = RedisSetup.Host(larder => larder.UseRedis(), settings:
        [
            ("Larder:Prefix", RedisSetup.Prefix()),
            ("Larder:Redis:ConnectionString", $"localhost:{server.TlsPort},user=larder,password=larder-secret,ssl=true"),
            ("Larder:Redis:TlsAuthorityFile", server.Certificates.AuthorityFile),
            ("Larder:Redis:ConnectOnStart", "true"),
        ]);

        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    private static Task<ICache> ConnectAsync(RedisServer server, Action<RedisOptions> configure, LogLines? log = null) => Cache.ConnectAsync(
        $"rediss://larder:larder-secret@localhost:{server.TlsPort}",
        options =>
        {
            options.Prefix = RedisSetup.Prefix();
            options.LoggerFactory = log;
            options.UseRedis(configure);
        }).AsTask();

    private static async Task AssertRefusedAsync(Func<Task<ICache>> connect)
    {
        var exception = await Assert.ThrowsAsync<CacheConnectionException>(connect);

        Assert.Contains("TLS with localhost", exception.Message, StringComparison.Ordinal);
    }
}
