using System.Net.Sockets;
using System.Text;
using Larder.Redis.Tests.Servers;
using Larder.Testing;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Faults;

public sealed class FaultProxyTests(SharedServers servers) : IAsyncLifetime
{
    private static readonly TimeSpan ShortWhile = TimeSpan.FromMilliseconds(50);
    private readonly string _key = $"proxy:{Guid.NewGuid():N}";
    private readonly FakeTimeProvider _clock = new();
    private RedisServer _server = null!;
    private FaultProxy _proxy = null!;
    private RawConnection _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await servers.Standalone.GetAsync();
        _proxy = new FaultProxy("127.0.0.1", _server.Port, _clock);
        _client = await RawConnection.ConnectAsync(_proxy.Port);
        Assert.Equal("PONG", await _client.CommandAsync("PING"));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _proxy.DisposeAsync();
        await _server.CommandAsync("DEL", _key);
    }

    [Fact]
    public async Task Without_a_fault_all_passes_and_is_counted()
    {
        var large = new string('x', 1_000_000);
        Assert.Equal("OK", await _client.CommandAsync("SET", _key, large));
        Assert.Equal(large, await _client.CommandAsync("GET", _key));
        Assert.Equal(1, _proxy.OpenConnections);
        Assert.Equal(1, _proxy.AcceptedConnections);
        Assert.True(_proxy.BytesToServer > 1_000_000, $"{_proxy.BytesToServer} bytes to the server");

        // Counted once sent, when they may have been read.
        var expected = "+PONG\r\n+OK\r\n$1000000\r\n\r\n".Length + 1_000_000;
        await Deadline.TrueAsync(() => _proxy.BytesToClient >= expected);
        Assert.Equal(expected, _proxy.BytesToClient);
    }

    [Fact]
    public async Task Latency_counts_each_way()
    {
        var before = _proxy.BytesToServer;
        _proxy.Latency = TimeSpan.FromMilliseconds(300);
        await _client.SendAsync("PING", "late");
        var answer = _client.ReadAsync();

        await Deadline.TrueAsync(() => _clock.ArmedTimers == 1);
        _clock.Advance(TimeSpan.FromMilliseconds(299));
        Assert.Equal(before, _proxy.BytesToServer);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        await Deadline.TrueAsync(() => _clock.ArmedTimers == 1 && _proxy.BytesToServer > before);
        _clock.Advance(TimeSpan.FromMilliseconds(299));
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(ShortWhile));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("late", await answer.WaitAsync(Deadline.Limit));
    }

    [Fact]
    public async Task Latency_does_not_add_up_over_a_pipeline()
    {
        const int commands = 50;
        _proxy.Latency = TimeSpan.FromMilliseconds(300);
        var start = _clock.GetTimestamp();
        for (var i = 0; i < commands; i++)
        {
            await _client.SendAsync("PING", $"{i}");
        }

        for (var i = 0; i < commands; i++)
        {
            Assert.Equal($"{i}", await AdvanceUntilAsync(_client.ReadAsync(), TimeSpan.FromMilliseconds(5)));
        }

        Assert.InRange(_clock.GetElapsedTime(start).TotalSeconds, 0.6, 7.5);
    }

    [Fact]
    public async Task A_bandwidth_limit_takes_its_time()
    {
        await _server.CommandAsync("SET", _key, new string('x', 10_000));
        _proxy.BytesPerSecond = 1_000;
        await _client.SendAsync("GET", _key);
        var start = _clock.GetTimestamp();
        await AdvanceUntilAsync(_client.ReadAsync(), TimeSpan.FromMilliseconds(50));
        Assert.InRange(_clock.GetElapsedTime(start).TotalSeconds, 10.0, 30.0);
    }

    [Theory]
    [InlineData(FaultDirections.ToServer)]
    [InlineData(FaultDirections.ToClient)]
    [InlineData(FaultDirections.Both)]
    public async Task A_black_hole_holds_everything_until_it_is_gone(FaultDirections directions)
    {
        var before = _proxy.BytesToServer;
        _proxy.BlackHole = directions;
        Assert.Equal(directions, _proxy.BlackHole);
        await _client.SendAsync("PING", "held");
        var answer = _client.ReadAsync();
        if (directions == FaultDirections.ToClient)
        {
            await Deadline.TrueAsync(() => _proxy.BytesToServer > before);
        }

        using var later = await RawConnection.ConnectAsync(_proxy.Port);
        await later.SendAsync("PING");
        await Assert.ThrowsAsync<TimeoutException>(() => later.ReadAsync(ShortWhile));
        Assert.False(answer.IsCompleted);
        Assert.Equal(directions == FaultDirections.ToClient, _proxy.BytesToServer > before);

        _proxy.BlackHole = FaultDirections.None;
        Assert.Equal("held", await answer);
    }

    [Fact]
    public async Task What_its_sender_has_reset_does_not_come_out_of_a_black_hole()
    {
        var before = _proxy.BytesToServer;
        _proxy.BlackHole = FaultDirections.ToServer;
        using (var client = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            // More than one piece of the proxy.
            await client.ConnectAsync("127.0.0.1", _proxy.Port);
            var value = new string('x', 100_000);
            await client.SendAsync(Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n${_key.Length}\r\n{_key}\r\n${value.Length}\r\n{value}\r\n*1\r\n$4\r\nPING\r\n"));
            client.Close(timeout: 0);
        }

        await Deadline.TrueAsync(() => _proxy.ClientResets == 1);
        _proxy.BlackHole = FaultDirections.None;

        await Deadline.TrueAsync(() => _proxy.OpenConnections == 1);
        Assert.Equal(before, _proxy.BytesToServer);
    }

    [Fact]
    public async Task A_reset_ends_the_connection_on_both_sides()
    {
        var id = (long)(await _client.CommandAsync("CLIENT", "ID"))!;
        _proxy.Reset();
        var exception = await Assert.ThrowsAsync<IOException>(_client.ReadRawAsync);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(exception.InnerException).SocketErrorCode);
        await Deadline.TrueAsync(async () => (string?)await _server.CommandAsync("CLIENT", "LIST", "ID", $"{id}") == "");
        Assert.Equal(0, _proxy.OpenConnections);

        using var next = await RawConnection.ConnectAsync(_proxy.Port);
        Assert.Equal("PONG", await next.CommandAsync("PING"));
    }

    [Fact]
    public async Task Half_closed_to_the_client_commands_still_arrive()
    {
        _proxy.HalfClose(FaultDirections.ToClient);
        Assert.Equal("", await _client.ReadRawAsync());
        await _client.SendAsync("SET", _key, "arrived");
        await Deadline.TrueAsync(async () => (string?)await _server.CommandAsync("GET", _key) == "arrived");
    }

    [Fact]
    public async Task A_client_that_has_sent_all_still_gets_its_replies()
    {
        await using var server = new ScriptedRespServer();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        using var client = await RawConnection.ConnectAsync(proxy.Port);
        var signal = new TaskCompletionSource();
        server.On("GET", RespReply.Bulk("value").After(signal.Task));
        await client.SendAsync("GET", "key");
        await server.WaitForAsync("GET");
        Assert.Equal(1, proxy.OpenConnections);
        signal.SetResult();
        Assert.Equal("value", await client.ReadAsync());
    }

    [Fact]
    public async Task The_end_at_the_server_is_the_end_at_the_client()
    {
        await _client.SendAsync("QUIT");
        Assert.Equal("OK", await _client.ReadAsync());
        Assert.Equal("", await _client.ReadRawAsync());
        _client.ShutdownSend();
        await Deadline.TrueAsync(() => _proxy.OpenConnections == 0);
    }

    [Fact]
    public async Task Single_bytes_make_the_same_stream()
    {
        _proxy.PieceSize = 1;
        var value = new string('x', 2_000);
        Assert.Equal("OK", await _client.CommandAsync("SET", _key, value));
        Assert.Equal(value, await _client.CommandAsync("GET", _key));
    }

    [Fact]
    public async Task Pieces_have_the_length_that_was_asked_for()
    {
        await _server.CommandAsync("SET", _key, "value");
        var before = _proxy.BytesToServer;
        _proxy.BlackHole = FaultDirections.ToClient;
        await _client.SendAsync("GET", _key);
        await Deadline.TrueAsync(() => _proxy.BytesToServer > before);
        _proxy.PieceSize = 3;
        _proxy.BytesPerSecond = 1_000;
        _proxy.BlackHole = FaultDirections.None;

        var pieces = new List<string>();
        while (pieces.Sum(piece => piece.Length) < "$5\r\nvalue\r\n".Length)
        {
            // Each piece waits for its time on the line, so that the reader gets it alone.
            await Deadline.TrueAsync(() => _clock.ArmedTimers == 1);
            _clock.Advance(TimeSpan.FromMilliseconds(3));
            pieces.Add(await _client.ReadRawAsync());
        }

        Assert.Equal(["$5\r", "\nva", "lue", "\r\n"], pieces);
    }

    [Fact]
    public async Task Dropped_pushes_leave_the_replies_whole()
    {
        await _client.CommandAsync("HELLO", "3");
        await _client.CommandAsync("CLIENT", "TRACKING", "ON");
        foreach (var pieceSize in new[] { 0, 1 })
        {
            _proxy.PieceSize = pieceSize;
            await _client.CommandAsync("GET", _key);
            _proxy.DropsPushes = true;
            var dropped = _proxy.DroppedPushes;
            await _server.CommandAsync("SET", _key, $"value of {pieceSize}");
            await Deadline.TrueAsync(() => _proxy.DroppedPushes == dropped + 1);
            Assert.Equal($"value of {pieceSize}", await _client.CommandAsync("GET", _key));

            _proxy.DropsPushes = false;
            await _server.CommandAsync("DEL", _key);
            Assert.Equal($"invalidate [{_key}]", (await _client.ReadAsync())!.ToString());
        }
    }

    [Fact]
    public async Task Stopped_it_refuses_and_started_it_serves_at_the_same_port()
    {
        for (var round = 0; round < 3; round++)
        {
            _proxy.Stop();
            await Assert.ThrowsAsync<SocketException>(() => RawConnection.ConnectAsync(_proxy.Port));
            _proxy.Start();
            using var client = await RawConnection.ConnectAsync(_proxy.Port);
            Assert.Equal("PONG", await client.CommandAsync("PING"));
        }

        await Assert.ThrowsAnyAsync<IOException>(_client.ReadAsync);
    }

    [Fact]
    public async Task A_server_that_is_down_resets_the_client()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await server.KillAsync();
        var exception = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var client = await RawConnection.ConnectAsync(proxy.Port);
            await client.ReadAsync();
        });
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(exception.InnerException ?? exception).SocketErrorCode);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.Latency = TimeSpan.FromTicks(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.BytesPerSecond = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.PieceSize = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FaultProxy("127.0.0.1", 0));
        Assert.Throws<ArgumentException>(() => new FaultProxy("", 6379));
    }

    private async Task<object?> AdvanceUntilAsync(Task<object?> answer, TimeSpan step)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!answer.IsCompleted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline.Limit, "the answer has come");
            if (_clock.ArmedTimers > 0)
            {
                _clock.Advance(step);
            }

            await Task.WhenAny(answer, Task.Delay(1));
        }

        return await answer;
    }
}
