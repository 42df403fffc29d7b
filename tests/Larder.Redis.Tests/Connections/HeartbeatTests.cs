using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;
using Larder.Testing;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>Silence: of a peer that is gone, of a process that stood still, of a line that is busy.</summary>
[Trait("Category", "Slow")]
public sealed class HeartbeatTests(SharedServers servers)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    [Theory]
    [Trait("Scenario", "S7")]
    [InlineData(FaultDirections.Both)]
    [InlineData(FaultDirections.ToClient)]
    [InlineData(FaultDirections.ToServer)]
    public async Task A_half_open_connection_is_found_within_two_seconds(FaultDirections directions)
    {
        var server = await servers.Standalone.GetAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var client = new ClientSetup(proxy.Port, settings => settings with { HeartbeatInterval = Interval });
        var found = TimeSpan.MaxValue;

        // A machine with too much to do finds it later; then once more.
        for (var attempt = 0; attempt < 4 && found >= TimeSpan.FromSeconds(2); attempt++)
        {
            await Deadline.TrueAsync(async () => await client.GetAsync("heartbeat:key") is null);
            var connection = client.Node.Reads!;
            proxy.BlackHole = directions;
            var start = Stopwatch.GetTimestamp();
            await Deadline.TrueAsync(() => connection.Error is not null);
            found = Stopwatch.GetElapsedTime(start);

            Assert.Contains("gave no sign of life", connection.Error!.Message, StringComparison.Ordinal);
            Assert.Contains("HeartbeatInterval is 500 ms", connection.Error.Message, StringComparison.Ordinal);
            proxy.BlackHole = FaultDirections.None;
            await Deadline.TrueAsync(() => client.Node.Reads is { IsReady: true });
        }

        Assert.True(found < TimeSpan.FromSeconds(2), $"found after {found}");
    }

    [Fact]
    public async Task A_half_open_connection_is_found_under_traffic_too()
    {
        var server = await servers.Standalone.GetAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var client = new ClientSetup(proxy.Port, settings => settings with { HeartbeatInterval = Interval, CommandTimeout = Interval });
        await client.GetAsync("heartbeat:key");
        var connection = client.Node.Reads!;
        proxy.BlackHole = FaultDirections.Both;
        var start = Stopwatch.GetTimestamp();

        await Deadline.TrueAsync(async () =>
        {
            using var command = ClientSetup.Command("GET", "heartbeat:key");
            if (connection.TrySend(command))
            {
                (await command.Reply).Dispose();
            }

            return connection.IsClosed;
        });

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2.5), $"found after {Stopwatch.GetElapsedTime(start)}");
    }

    [Fact]
    public Task An_idle_connection_lives_as_long_as_its_heartbeats_are_answered() => Deadline.AgainAsync(async () =>
    {
        await using var server = new ScriptedRespServer();
        await using var client = new ClientSetup(server.Port, settings => settings with { HeartbeatInterval = Interval });
        client.Node.Begin();
        await server.WaitForAsync("PING", count: 8);

        Assert.Equal(2, server.AcceptedConnections);
        Assert.True(client.Node.Reads is { IsReady: true } && client.Node.Writes is { IsReady: true });
    });

    [Fact]
    public Task An_error_is_a_sign_of_life_too() => Deadline.AgainAsync(async () =>
    {
        await using var server = new ScriptedRespServer().On("PING", RespReply.Error("NOPERM this user has no permissions to run the 'ping' command"));
        await using var client = new ClientSetup(server.Port, settings => settings with { HeartbeatInterval = Interval });
        client.Node.Begin();
        await server.WaitForAsync("PING", count: 8);

        Assert.Equal(2, server.AcceptedConnections);
    });

    [Fact]
    public async Task After_a_standstill_of_the_process_a_healthy_connection_is_kept()
    {
        var clock = new FakeTimeProvider();
        await using var server = new ScriptedRespServer().On("GET", command => RespReply.Bulk(command[0]));
        await using var client = new ClientSetup(server.Port, settings => settings with { TimeProvider = clock, HeartbeatInterval = Interval, CommandTimeout = Interval });
        Assert.Equal("a", await client.GetAsync("a"));
        for (var i = 1; i <= 5; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(10));
            await server.WaitForAsync("PING", count: i);
            Assert.Equal("b", await client.GetAsync("b"));
        }

        Assert.Equal(1, server.AcceptedConnections);
    }

    [Fact]
    public async Task A_server_that_holds_back_writes_keeps_its_connections_and_does_each_write_once()
    {
        // As before each failover on demand: PING behind a write waits too.
        await using var server = await RedisServer.StartAsync();
        await using var client = new ClientSetup(server.Port, settings => settings with { HeartbeatInterval = TimeSpan.FromSeconds(1) });
        await client.SetAsync("key", "0");
        await client.GetAsync("key");
        var (reads, writes) = (client.Node.Reads, client.Node.Writes);
        await server.CommandAsync("CLIENT", "PAUSE", "4000", "WRITE");

        var written = client.SendAsync(CommandKind.Write, CancellationToken.None, "INCR", "key");
        await Deadline.TrueAsync(async () =>
        {
            await client.GetAsync("key");
            return written.IsCompleted;
        });

        Assert.Equal("1", await written);
        Assert.Equal("1", await client.GetAsync("key"));
        Assert.Same(reads, client.Node.Reads);
        Assert.Same(writes, client.Node.Writes);
    }

    [Fact]
    public async Task A_connection_that_is_dead_beside_one_that_lives_is_given_up_when_its_command_is_too_late()
    {
        var server = new ScriptedRespServer().On("GET", RespReply.Bulk("value")).On("SET", RespReply.Silence);
        await using var _ = server;
        await using var client = new ClientSetup(server.Port, settings => settings with { HeartbeatInterval = TimeSpan.FromSeconds(1), CommandTimeout = TimeSpan.FromSeconds(2) });
        await client.GetAsync("key");
        var written = client.FailsAsync<CacheTimeoutException>(CommandKind.IdempotentWrite, "SET", "key", "value");
        await server.WaitForAsync("SET");
        var writes = client.Node.Writes!;

        await Deadline.TrueAsync(async () =>
        {
            await client.GetAsync("key");
            return writes.Error is not null;
        });

        await written;
        Assert.Contains("gave no sign of life", writes.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_value_that_goes_out_slowly_does_not_cost_its_connection()
    {
        const int length = 30_000_000;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 256 * 1024 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var server = ReadSlowlyAsync(listener, length);
        await using var client = new ClientSetup(((IPEndPoint)listener.LocalEndPoint!).Port, settings => settings with { HeartbeatInterval = Interval });
        var start = Stopwatch.GetTimestamp();

        using var command = RedisCommand.Rent("SET"u8, 2).AddKey("key"u8).Add(new byte[length]);
        using var reply = await client.Client.SendAsync(command, CommandKind.IdempotentWrite, CancellationToken.None);

        Assert.False(reply.IsError, $"after {Stopwatch.GetElapsedTime(start)}: {reply}");
        Assert.True(Stopwatch.GetElapsedTime(start) > 3 * Interval, "The line was not slow enough for this test.");
        await server;
    }

    [Fact]
    public async Task A_large_value_to_a_peer_that_is_gone_does_not_hide_that()
    {
        var server = await servers.Standalone.GetAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var client = new ClientSetup(proxy.Port, settings => settings with { HeartbeatInterval = Interval, CommandTimeout = TimeSpan.FromSeconds(25) });
        using var command = RedisCommand.Rent("SET"u8, 2).AddKey("heartbeat:gone"u8).Add(new byte[100_000_000]);
        await client.SetAsync("heartbeat:warm", "up");
        proxy.BlackHole = FaultDirections.Both;
        var start = Stopwatch.GetTimestamp();

        var connection = client.Node.Writes!;
        connection.TrySend(command);
        var reply = await command.Reply;

        Assert.True(reply.Failure is CacheConnectionException { MayHaveHappened: true }, reply.ToString());
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(4), $"found after {Stopwatch.GetElapsedTime(start)}");
        await server.CommandAsync("DEL", "heartbeat:warm");
    }

    /// <summary>A server at the end of a line of about 10 MB/s: it says nothing until all is there.</summary>
    private static async Task ReadSlowlyAsync(Socket listener, int length)
    {
        using var socket = await listener.AcceptAsync();
        var buffer = new byte[128 * 1024];
        await socket.ReceiveAsync(buffer);
        await socket.SendAsync("%0\r\n"u8.ToArray());
        await socket.ReceiveAsync(buffer);
        await socket.SendAsync("+OK\r\n"u8.ToArray());
        for (var received = 0; received < length; received += await socket.ReceiveAsync(buffer))
        {
            await Task.Delay(10);
        }

        await socket.SendAsync("+OK\r\n"u8.ToArray());
    }
}
