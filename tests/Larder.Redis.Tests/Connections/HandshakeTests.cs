using System.Net;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

public sealed class HandshakeTests(SharedServers servers) : IAsyncDisposable
{
    private const string Secret = "hunter2-very-secret";
    private readonly ScriptedRespServer _server = new ScriptedRespServer().On("GET", RespReply.Bulk("value"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_server_is_asked_for_RESP3_and_told_who_is_there()
    {
        await using var client = new ClientSetup(_server.Port, settings => settings with { Database = 3, ClientName = "my app", IsReplica = true });

        Assert.Equal("value", await client.GetAsync("key"));

        Assert.Equal(
            ["HELLO …", "SELECT 3", "CLIENT SETNAME my app", "CLIENT SETINFO LIB-NAME larder", "READONLY", "GET key"],
            _server.Commands.Select(command => command.ToString()));
        Assert.Equal(new ServerInfo(3, 1, "7.0.15", IsReplica: false), client.Node.Reads!.Server);
    }

    [Fact]
    public async Task A_server_that_does_not_know_HELLO_is_spoken_to_in_RESP2()
    {
        await using var old = new ScriptedRespServer(protocol: 2).On("GET", RespReply.Null);
        await using var client = new ClientSetup(old.Port, WithPassword("user"));

        Assert.Null(await client.GetAsync("key"));

        Assert.Equal(2, client.Node.Reads!.Server.Protocol);
        Assert.Equal(["user", Secret], Arguments(old.Commands.Single(command => command.Name == "AUTH")));
    }

    [Theory]
    [InlineData("ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `hunter2-very-secret`, ")]
    [InlineData("NOPROTO unsupported protocol version")]
    [InlineData("ERR unsupported command")]
    public async Task Servers_refuse_HELLO_in_several_ways(string refusal)
    {
        _server.On("HELLO", RespReply.Error(refusal));
        await using var client = new ClientSetup(_server.Port, WithPassword());

        Assert.Equal("value", await client.GetAsync("key"));
        Assert.Equal([Secret], Arguments(_server.Commands.Single(command => command.Name == "AUTH")));
    }

    [Theory]
    [InlineData("HELLO", "WRONGPASS invalid username-password pair or user is disabled.", "User, Password")]
    [InlineData("HELLO", "NOAUTH HELLO must be called with the client already authenticated", "NOAUTH")]
    [InlineData("HELLO", "ERR AUTH hunter2-very-secret called without any password configured", "called without any password")]
    [InlineData("HELLO", "ERR max number of clients reached", "max number of clients")]
    [InlineData("SELECT", "NOPERM this user has no permissions to run the 'select' command", "database 3 was refused")]
    [InlineData("SELECT", "ERR DB index is out of range", "database 3 was refused")]
    public async Task A_refusal_is_told_at_once_and_without_secrets(string command, string refusal, string told)
    {
        _server.On(command, RespReply.Error(refusal));
        await using var client = new ClientSetup(_server.Port, settings => WithPassword()(settings) with { Database = 3 });

        var first = await client.GetFailsAsync<CacheConnectionException>("key");
        var second = await client.GetFailsAsync<CacheConnectionException>("key");

        foreach (var exception in new[] { first, second })
        {
            Assert.Contains(told, exception.Message, StringComparison.Ordinal);
            Assert.Contains(_server.EndPoint, exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
            Assert.False(exception.MayHaveHappened);
        }
    }

    [Fact]
    public async Task Old_servers_that_repeat_the_arguments_of_AUTH_do_not_bring_the_password_out()
    {
        await using var old = new ScriptedRespServer(protocol: 2)
            .On("AUTH", RespReply.Error($"ERR unknown command `AUTH`, with args beginning with: `{Secret[..10]}"));
        await using var client = new ClientSetup(old.Port, WithPassword());

        var exception = await client.GetFailsAsync<CacheConnectionException>("key");

        Assert.Contains("the password was refused", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret[..10], exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_loading_is_used_as_soon_as_it_has_loaded()
    {
        _server.Once("HELLO", RespReply.Error("LOADING Redis is loading the dataset in memory"), RespReply.Error("LOADING Redis is loading the dataset in memory"));
        await using var client = new ClientSetup(_server.Port);

        Assert.Contains("LOADING", (await client.GetFailsAsync<CacheConnectionException>("key")).Message, StringComparison.Ordinal);

        await Deadline.TrueAsync(() => client.Node.Reads is { IsReady: true });
        Assert.Equal("value", await client.GetAsync("key"));
    }

    [Fact]
    public async Task Courtesies_that_are_refused_do_no_harm()
    {
        _server.On("CLIENT", RespReply.Error("ERR unknown subcommand")).On("READONLY", RespReply.Error("ERR This instance has cluster support disabled"));
        await using var client = new ClientSetup(_server.Port, settings => settings with { ClientName = "name", IsReplica = true });

        Assert.Equal("value", await client.GetAsync("key"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_handshake_comes_in_pieces_with_pushes_and_attributes_in_between(int piece)
    {
        var hello = "|1\r\n+ttl\r\n:5\r\n%4\r\n$5\r\nproto\r\n:3\r\n+id\r\n:77\r\n$5\r\nmodul\r\n*1\r\n%1\r\n+a\r\n+b\r\n$4\r\nrole\r\n$7\r\nreplica\r\n";
        _server.On("HELLO", RespReply.Raw(">2\r\n+invalidate\r\n_\r\n" + hello).InPieces(piece));
        await using var client = new ClientSetup(_server.Port);

        Assert.Equal("value", await client.GetAsync("key"));
        Assert.Equal(new ServerInfo(3, 77, null, IsReplica: true), client.Node.Reads!.Server);
    }

    [Theory]
    [InlineData("+OK\r\n")]
    [InlineData("%1\r\n$5\r\nproto\r\n")]
    public async Task What_no_server_says_of_itself_is_survived(string hello)
    {
        _server.On("HELLO", RespReply.Raw(hello));
        await using var client = new ClientSetup(_server.Port, settings => settings with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        await Deadline.EndsAsync(client.GetAsync("key"));
    }

    [Fact]
    public async Task What_speaks_another_protocol_is_told_from_a_server()
    {
        _server.On("HELLO", RespReply.Raw("HTTP/1.1 400 Bad Request\r\n"));
        await using var client = new ClientSetup(_server.Port);

        Assert.Contains("Is it a Redis server", (await client.GetFailsAsync<CacheConnectionException>("key")).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Ledger(19, 20)]
    public async Task A_server_that_accepts_and_says_nothing_is_given_up_after_the_connect_timeout()
    {
        _server.On("HELLO", RespReply.Silence);
        await using var client = new ClientSetup(_server.Port, settings => settings with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        var exception = await client.GetFailsAsync<CacheConnectionException>("key");

        Assert.Contains("ConnectTimeout, 200 ms", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.MayHaveHappened);
        Assert.IsType<CacheTimeoutException>(exception.InnerException);
    }

    [Fact]
    public async Task Credentials_are_asked_for_anew_for_each_connection()
    {
        var server = await servers.Secured.GetAsync();
        var asked = 0;
        await using var client = new ClientSetup(server.Port, settings => settings with
        {
            Credentials = _ => new(new RedisCredentials(null, Interlocked.Increment(ref asked) == 1 ? Secret : SharedServers.Password)),
        });

        var refused = await client.GetFailsAsync<CacheConnectionException>("handshake:key");
        Assert.Contains("WRONGPASS", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
        await Deadline.TrueAsync(() => client.Node.Reads is { IsReady: true });
        Assert.Null(await client.GetAsync("handshake:key"));
    }

    [Fact]
    public async Task Credentials_that_cannot_be_had_are_a_failed_connection()
    {
        await using var client = new ClientSetup(_server.Port, settings => settings with { Credentials = _ => throw new InvalidOperationException("the vault is closed") });

        Assert.Contains("the vault is closed", (await client.GetFailsAsync<CacheConnectionException>("key")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_told_at_once()
    {
        await using var client = new ClientSetup(_server.Port, settings => settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, Ports.Next()) });

        Assert.Contains("Nothing listens", (await client.GetFailsAsync<CacheConnectionException>("key")).Message, StringComparison.Ordinal);
    }

    private static Func<ConnectionSettings, ConnectionSettings> WithPassword(string? user = null) =>
        settings => settings with { Credentials = _ => new(new RedisCredentials(user, Secret)) };

    private static string[] Arguments(RespCommand command) => [.. Enumerable.Range(0, command.Count).Select(index => command[index])];
}
