using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Connections;

/// <summary>The ways to a server: names, Unix sockets, TLS, and none.</summary>
public sealed class TransportTests(SharedServers servers)
{
    private readonly string _key = $"transport:{Guid.NewGuid():N}";

    [Fact]
    public async Task TLS_carries_small_and_large_values_both_ways_at_once()
    {
        var server = await servers.Secured.GetAsync();
        await using var client = new ClientSetup(server.TlsPort, WithTls(server, "localhost"));
        var values = new[] { 1, 100, 16_000, 17_000, 65_536, 300_000, 5_000_000 }.Select(length => new string((char)('a' + (length % 26)), length)).ToArray();

        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
            {
                await client.SetAsync($"{_key}:{i}", values[i % values.Length]);
                Assert.Equal(values[i % values.Length], await client.GetAsync($"{_key}:{i}"));
            }));
        }

        await server.CommandAsync(["DEL", .. Enumerable.Range(0, 40).Select(i => $"{_key}:{i}")]);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_refused_with_the_reason()
    {
        var server = await servers.Secured.GetAsync();
        await using var client = new ClientSetup(server.TlsPort, settings => WithTls(server, "localhost")(settings) with { Tls = _ => new SslClientAuthenticationOptions { TargetHost = "localhost" } });

        var exception = await client.GetFailsAsync<CacheConnectionException>(_key);

        Assert.Contains("TLS with 127.0.0.1", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.MayHaveHappened);
    }

    [Fact]
    public async Task A_certificate_of_another_host_is_refused()
    {
        var server = await servers.Secured.GetAsync();
        await using var client = new ClientSetup(server.TlsPort, WithTls(server, "elsewhere.example"));

        Assert.Contains("TLS with", (await client.GetFailsAsync<CacheConnectionException>(_key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_and_none_are_told_apart()
    {
        var server = await servers.Secured.GetAsync();
        await using var plainToTls = new ClientSetup(server.TlsPort, settings => settings with { ConnectTimeout = TimeSpan.FromSeconds(2) });
        await using var tlsToPlain = new ClientSetup(server.Port, settings => WithTls(server, "localhost")(settings) with { ConnectTimeout = TimeSpan.FromSeconds(2) });

        await plainToTls.GetFailsAsync<CacheConnectionException>(_key);
        await tlsToPlain.GetFailsAsync<CacheConnectionException>(_key);
    }

    [Fact]
    public async Task A_Unix_socket_and_a_host_name_lead_to_the_server_too()
    {
        var server = await servers.Standalone.GetAsync();
        foreach (var endPoint in new EndPoint[] { new UnixDomainSocketEndPoint(server.UnixSocketPath), new DnsEndPoint("localhost", server.Port) })
        {
            await using var client = new ClientSetup(server.Port, settings => settings with { EndPoint = endPoint });
            var value = new string('v', 3_000_000);
            await client.SetAsync(_key, value);
            Assert.Equal(value, await client.GetAsync(_key));
        }

        await server.CommandAsync("DEL", _key);
    }

    [Fact]
    public async Task A_socket_that_does_not_exist_and_a_host_without_an_address_are_told()
    {
        foreach (var endPoint in new EndPoint[] { new UnixDomainSocketEndPoint("/nowhere/redis.sock"), new DnsEndPoint("no-such-host.invalid", 6379) })
        {
            await using var client = new ClientSetup(1, settings => settings with { EndPoint = endPoint });
            var exception = await client.GetFailsAsync<CacheConnectionException>(_key);
            Assert.Contains(client.Settings.ServerName, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_host_that_does_not_even_refuse_is_given_up_after_the_connect_timeout()
    {
        // Its queue of connections is full, so that the system throws further ones away.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var fillers = Enumerable.Range(0, 8).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray();
        var filling = fillers.Select(socket => socket.ConnectAsync(listener.LocalEndPoint!)).ToArray();
        await Deadline.TrueAsync(() => filling.Any(task => task.IsCompleted));
        await using var client = new ClientSetup(((IPEndPoint)listener.LocalEndPoint!).Port, settings => settings with { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        var start = TimeProvider.System.GetTimestamp();

        var exception = await client.GetFailsAsync<CacheConnectionException>(_key);

        Assert.Contains("ConnectTimeout, 300 ms", exception.Message, StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(3));
        Array.ForEach(fillers, socket => socket.Dispose());
        await Deadline.EndsAsync(Task.WhenAll(filling));
    }

    private static Func<ConnectionSettings, ConnectionSettings> WithTls(RedisServer server, string host) => settings => settings with
    {
        Credentials = _ => new(new RedisCredentials(null, SharedServers.Password)),
        Tls = _ => new SslClientAuthenticationOptions
        {
            TargetHost = host,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { server.Certificates.LoadAuthority() },
            },
        },
    };
}
