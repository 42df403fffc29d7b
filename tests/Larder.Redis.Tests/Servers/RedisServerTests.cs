using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Larder.Redis.Tests.Servers;

public sealed class RedisServerTests(SharedServers servers)
{
    [Fact]
    [Ledger(197)]
    public async Task A_server_answers_and_is_none_of_the_machines_own()
    {
        await using var one = await RedisServer.StartAsync();
        await using var other = await RedisServer.StartAsync();

        await one.CommandAsync("SET", "key", "value");

        Assert.Equal("value", await one.CommandAsync("GET", "key"));
        Assert.Null(await other.CommandAsync("GET", "key"));
        Assert.NotEqual(6379, one.Port);
        await one.FlushAllAsync();
        Assert.Equal(0L, await one.CommandAsync("DBSIZE"));
    }

    [Fact]
    public async Task A_killed_server_is_gone_at_once_and_comes_back_empty_at_its_port()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CommandAsync("SET", "key", "value");
        using var connection = await server.ConnectAsync();
        var port = server.Port;

        await server.KillAsync();
        Assert.False(server.IsRunning);
        await Assert.ThrowsAnyAsync<IOException>(connection.ReadAsync);
        await Assert.ThrowsAsync<SocketException>(() => server.CommandAsync("PING"));

        await server.RestartAsync();
        Assert.Equal(port, server.Port);
        Assert.Null(await server.CommandAsync("GET", "key"));
    }

    [Fact]
    public async Task A_durable_server_keeps_its_data_over_a_kill()
    {
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        await server.CommandAsync("SET", "key", "value");
        await server.KillAsync();
        await server.RestartAsync();
        Assert.Equal("value", await server.CommandAsync("GET", "key"));
    }

    [Fact]
    public async Task A_paused_server_keeps_its_connections_and_answers_when_it_is_resumed()
    {
        await using var server = await RedisServer.StartAsync();
        using var connection = await server.ConnectAsync();

        server.Pause();
        await connection.SendAsync("PING");
        var answer = connection.ReadAsync();
        await Task.Delay(50);
        Assert.False(answer.IsCompleted);

        server.Resume();
        Assert.Equal("PONG", await answer);
    }

    [Fact]
    public async Task A_paused_server_can_be_disposed()
    {
        var server = await RedisServer.StartAsync();
        server.Pause();
        await server.DisposeAsync();
        Assert.False(Directory.Exists(server.Folder));
    }

    [Fact]
    public async Task The_memory_limit_holds()
    {
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = "1mb" });
        var error = await Assert.ThrowsAsync<RespErrorException>(() => server.CommandAsync("SET", "key", new string('x', 2_000_000)));
        Assert.StartsWith("OOM", error.Message);
    }

    [Fact]
    public async Task Users_may_do_what_the_ACL_lets_them()
    {
        var server = await servers.Secured.GetAsync();
        using var stranger = await RawConnection.ConnectAsync(server.Port);
        Assert.StartsWith("NOAUTH", (await Assert.ThrowsAsync<RespErrorException>(() => stranger.CommandAsync("GET", "acl:key"))).Message);

        using var reader = await RawConnection.ConnectAsync(server.Port);
        await reader.CommandAsync("AUTH", "reader", "reader-secret");
        Assert.Null(await reader.CommandAsync("GET", "acl:key"));
        Assert.StartsWith("NOPERM", (await Assert.ThrowsAsync<RespErrorException>(() => reader.CommandAsync("SET", "acl:key", "1"))).Message);

        using var user = await RawConnection.ConnectAsync(server.Port);
        await user.CommandAsync("AUTH", "larder", "larder-secret");
        Assert.Equal("OK", await user.CommandAsync("SET", "test-acl:key", "1", "PX", "60000"));
        Assert.StartsWith("NOPERM", (await Assert.ThrowsAsync<RespErrorException>(() => user.CommandAsync("FLUSHALL"))).Message);
    }

    [Theory]
    [InlineData("localhost", SslPolicyErrors.None)]
    [InlineData("127.0.0.1", SslPolicyErrors.None)]
    [InlineData("redis.example", SslPolicyErrors.RemoteCertificateNameMismatch)]
    public async Task The_certificate_is_for_the_loopback_names(string name, SslPolicyErrors expected)
    {
        var server = await servers.Secured.GetAsync();
        var errors = (SslPolicyErrors?)null;
        await using var stream = await OpenTlsAsync(server, name, found => errors = found);
        Assert.Equal(expected, errors);

        using var connection = new RawConnection(stream);
        await connection.CommandAsync("AUTH", SharedServers.Password);
        Assert.Equal("PONG", await connection.CommandAsync("PING"));
    }

    [Fact]
    public async Task A_server_can_ask_for_a_client_certificate()
    {
        await using var server = await RedisServer.StartAsync(new() { Tls = true, RequireClientCertificate = true });
        using var certificate = server.Certificates.LoadClient();
        await using var known = await OpenTlsAsync(server, "localhost", _ => { }, certificate);
        using var connection = new RawConnection(known);
        Assert.Equal("PONG", await connection.CommandAsync("PING"));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var unknown = await OpenTlsAsync(server, "localhost", _ => { });
            using var refused = new RawConnection(unknown);
            await refused.CommandAsync("PING");
        });
    }

    [Fact]
    public async Task A_server_listens_at_a_Unix_socket()
    {
        var server = await servers.Standalone.GetAsync();
        using var connection = await RawConnection.ConnectAsync(new UnixDomainSocketEndPoint(server.UnixSocketPath));
        Assert.Equal("PONG", await connection.CommandAsync("PING"));
    }

    [Fact]
    [Ledger(197)]
    public async Task A_server_dies_with_the_process_that_started_it()
    {
        // Held by a shell that is killed: the way of the tests themselves, one level down. It names itself once the wish to die is noted.
        var shell = Programs.Require("sh", "dash");
        await using var holder = await ServerProcess.StartAsync(shell, "-c", "setpriv --pdeathsig KILL sh -c 'echo $$; exec sleep 600' & wait");
        await Deadline.TrueAsync(() => holder.Output.Length > 0);
        var id = int.Parse(holder.Output);
        Assert.True(IsAlive(id));

        await holder.KillAsync();
        await Deadline.TrueAsync(() => !IsAlive(id));
    }

    private static bool IsAlive(int id) => File.Exists($"/proc/{id}/stat") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ");

    private static async Task<SslStream> OpenTlsAsync(RedisServer server, string name, Action<SslPolicyErrors> inspect, X509Certificate2? client = null)
    {
        var authority = server.Certificates.LoadAuthority();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", server.TlsPort);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            EnabledSslProtocols = SslProtocols.None,
            CertificateChainPolicy = policy,
            ClientCertificates = client is null ? null : [client],
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                inspect(errors);
                return true;
            },
        }).WaitAsync(Deadline.Limit);
        return stream;
    }
}
