using System.Net.Sockets;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Faults;

public sealed class ScriptedRespServerTests : IAsyncLifetime
{
    private readonly ScriptedRespServer _server = new();
    private RawConnection _client = null!;

    public async ValueTask InitializeAsync() => _client = await RawConnection.ConnectAsync(_server.Port);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task A_client_connects_without_a_script()
    {
        Assert.Contains("version", (object?[])(await _client.CommandAsync("HELLO", "3", "AUTH", "user", "secret"))!);
        Assert.Equal("OK", await _client.CommandAsync("CLIENT", "SETNAME", "larder"));
        Assert.Equal("OK", await _client.CommandAsync("SELECT", "2"));
        Assert.Equal("PONG", await _client.CommandAsync("PING"));
        Assert.Equal("hello", await _client.CommandAsync("PING", "hello"));
        Assert.StartsWith("ERR unknown command 'GET'", (await ErrorAsync("GET", "key")).Message);
        Assert.Equal("HELLO …, CLIENT SETNAME larder, SELECT 2, PING, PING hello, GET key", string.Join(", ", _server.Commands));
    }

    [Fact]
    public async Task The_protocol_is_that_of_HELLO()
    {
        _server.On("GET", RespReply.Null).On("HGETALL", RespReply.Map(RespReply.Bulk("field"), RespReply.Integer(1)));
        await _client.SendAsync("GET", "key");
        Assert.Equal("$-1\r\n", await _client.ReadRawAsync());
        await _client.SendAsync("HGETALL", "key");
        Assert.Equal("*2\r\n$5\r\nfield\r\n:1\r\n", await _client.ReadRawAsync());

        await _client.CommandAsync("HELLO", "3");
        await _client.SendAsync("GET", "key");
        Assert.Equal("_\r\n", await _client.ReadRawAsync());
        await _client.SendAsync("HGETALL", "key");
        Assert.Equal("%1\r\n$5\r\nfield\r\n:1\r\n", await _client.ReadRawAsync());
    }

    [Fact]
    public async Task An_old_server_does_not_know_HELLO()
    {
        await using var old = new ScriptedRespServer(protocol: 2);
        using var client = await RawConnection.ConnectAsync(old.Port);
        var error = await Assert.ThrowsAsync<RespErrorException>(() => client.CommandAsync("HELLO", "3"));
        Assert.Equal("ERR unknown command 'HELLO'", error.Message);
        Assert.Equal("OK", await client.CommandAsync("AUTH", "secret"));
        Assert.StartsWith("NOPROTO", (await ErrorAsync("HELLO", "4")).Message);
    }

    [Theory]
    [InlineData("LOADING Redis is loading the dataset in memory")]
    [InlineData("READONLY You can't write against a read only replica.")]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.")]
    [InlineData("NOPERM this user has no permissions to run the 'set' command")]
    [InlineData("BUSY Redis is busy running a script.")]
    [InlineData("ASK 3999 127.0.0.1:6381")]
    [InlineData("CLUSTERDOWN Hash slot not served")]
    [InlineData("NOSCRIPT No matching script.")]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot")]
    public async Task Any_error_can_be_the_reply(string error)
    {
        _server.On("SET", RespReply.Error(error));
        Assert.Equal(error, (await ErrorAsync("SET", "key", "value")).Message);
        Assert.Equal("PONG", await _client.CommandAsync("PING"));
    }

    [Fact]
    public async Task Two_servers_can_send_a_client_round_in_a_circle()
    {
        await using var other = new ScriptedRespServer();
        _server.On("GET", RespReply.Error($"MOVED 1 {other.EndPoint}"));
        other.On("GET", RespReply.Error($"MOVED 1 {_server.EndPoint}"));
        using var second = await RawConnection.ConnectAsync(other.Port);

        Assert.EndsWith(other.EndPoint, (await ErrorAsync("GET", "key")).Message);
        Assert.EndsWith(_server.EndPoint, (await Assert.ThrowsAsync<RespErrorException>(() => second.CommandAsync("GET", "key"))).Message);
    }

    [Fact]
    public async Task Replies_said_once_come_in_their_order_before_the_rule()
    {
        _server.On("GET", RespReply.Bulk("rule")).Once("get", RespReply.Bulk("first"), RespReply.Bulk("second"));
        Assert.Equal("first", await _client.CommandAsync("GET", "key"));
        Assert.Equal("second", await _client.CommandAsync("GET", "key"));
        Assert.Equal("rule", await _client.CommandAsync("GET", "key"));
    }

    [Fact]
    public async Task The_rule_said_last_counts_and_sees_the_arguments()
    {
        _server.On("*", RespReply.Integer(1)).On("GET", command => RespReply.Bulk($"value of {command[0]}")).On("GET b", RespReply.Integer(2));
        Assert.Equal("value of a", await _client.CommandAsync("GET", "a"));
        Assert.Equal(2L, await _client.CommandAsync("GET", "b"));
        Assert.Equal(1L, await _client.CommandAsync("PING"));
    }

    [Fact]
    public async Task A_rule_that_throws_says_so_to_the_client()
    {
        _server.On("GET", command => RespReply.Bulk(command[7]));
        Assert.StartsWith("ERR the script of the test failed: ArgumentOutOfRangeException", (await ErrorAsync("GET", "key")).Message);
    }

    [Fact]
    public async Task A_reply_waits_for_its_signal_and_later_ones_wait_behind_it()
    {
        var signal = new TaskCompletionSource();
        _server.Once("GET", RespReply.Bulk("late").After(signal.Task), RespReply.Bulk("later"));
        await _client.SendAsync("GET", "a");
        await _client.SendAsync("GET", "b");
        var first = _client.ReadAsync();
        Assert.Equal("b", (await _server.WaitForAsync("GET", count: 2))[0]);
        Assert.False(first.IsCompleted);

        signal.SetResult();
        Assert.Equal("late", await first);
        Assert.Equal("later", await _client.ReadAsync());
    }

    [Fact]
    public async Task Frames_come_split_at_every_byte()
    {
        _server.On("GET", RespReply.Array(RespReply.Bulk("value"), RespReply.Null, RespReply.Integer(42)).InPieces());
        const string frame = "*3\r\n$5\r\nvalue\r\n$-1\r\n:42\r\n";
        var pieces = new List<string>();

        // Who reads too late finds all of it.
        for (var attempt = 0; attempt < 3 && pieces.Count < 2; attempt++)
        {
            pieces.Clear();
            await _client.SendAsync("GET", "key");
            while (pieces.Sum(piece => piece.Length) < frame.Length)
            {
                pieces.Add(await _client.ReadRawAsync());
            }

            Assert.Equal(frame, string.Concat(pieces));
        }

        Assert.True(pieces.Count > 1, "The frame came at once.");
    }

    [Fact]
    public async Task A_frame_can_stop_at_a_byte_until_a_signal()
    {
        var signal = new TaskCompletionSource();
        _server.On("GET", RespReply.Raw("$5\r\nva").Then(RespReply.Raw("lue\r\n").After(signal.Task)));
        await _client.SendAsync("GET", "key");
        Assert.Equal("$5\r\nva", await _client.ReadRawAsync());
        signal.SetResult();
        Assert.Equal("lue\r\n", await _client.ReadRawAsync());
    }

    [Fact]
    public async Task Pushes_come_between_replies()
    {
        await _client.CommandAsync("HELLO", "3");
        _server.On("GET", RespReply.Invalidate("b").Then(RespReply.Bulk("value")).Then(RespReply.Invalidate()));
        await _client.SendAsync("GET", "a");
        Assert.Equal("invalidate [b]", (await _client.ReadAsync())!.ToString());
        Assert.Equal("value", await _client.ReadAsync());
        Assert.Equal("invalidate null", (await _client.ReadAsync())!.ToString());

        await _server.PushAsync(RespReply.Invalidate("c", "d"));
        Assert.Equal("invalidate [c d]", (await _client.ReadAsync())!.ToString());
    }

    [Fact]
    public async Task A_push_can_go_to_one_connection()
    {
        using var other = await RawConnection.ConnectAsync(_server.Port);
        await _client.CommandAsync("HELLO", "3");
        await other.CommandAsync("HELLO", "3");
        var id = (await _server.WaitForAsync("HELLO", count: 2)).Connection;
        await _server.PushAsync(RespReply.Invalidate("a"), id);
        Assert.IsType<RespPush>(await other.ReadAsync());
        Assert.Equal("PONG", await _client.CommandAsync("PING"));
    }

    [Fact]
    public async Task A_silent_connection_stays_open_and_later_ones_are_served()
    {
        await _client.CommandAsync("PING");
        _server.GoSilent();
        await _client.SendAsync("PING");
        await _server.WaitForAsync("PING", count: 2);
        await _server.PushAsync(RespReply.Invalidate());
        await Assert.ThrowsAsync<TimeoutException>(() => _client.ReadAsync(TimeSpan.FromMilliseconds(50)));
        Assert.Equal(1, _server.OpenConnections);

        using var later = await RawConnection.ConnectAsync(_server.Port);
        Assert.Equal("PONG", await later.CommandAsync("PING"));
    }

    [Fact]
    public async Task A_connection_can_fall_silent_at_a_command()
    {
        _server.On("GET", RespReply.Silence);
        Assert.Equal("PONG", await _client.CommandAsync("PING"));
        await _client.SendAsync("GET", "key");
        await _client.SendAsync("PING");
        await _server.WaitForAsync("PING", count: 2);
        await Assert.ThrowsAsync<TimeoutException>(() => _client.ReadAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task A_connection_ends_before_in_the_middle_of_or_after_a_reply()
    {
        _server.On("GET before", RespReply.Close)
            .On("GET middle", RespReply.Bulk("value").CutAfter(6))
            .On("GET after", RespReply.Bulk("value").Then(RespReply.Close));
        Assert.Equal("", await EverythingAsync("before"));
        Assert.Equal("$5\r\nva", await EverythingAsync("middle"));
        Assert.Equal("$5\r\nvalue\r\n", await EverythingAsync("after"));
    }

    [Fact]
    public async Task A_connection_is_reset()
    {
        _server.On("GET", RespReply.Reset);
        await _client.SendAsync("GET", "key");
        var exception = await Assert.ThrowsAsync<IOException>(() => _client.ReadRawAsync());
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(exception.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task A_server_that_is_stopped_refuses_connections_and_comes_back_at_its_port()
    {
        _server.On("GET", RespReply.Bulk("value"));
        await _client.CommandAsync("PING");
        for (var round = 0; round < 3; round++)
        {
            _server.Stop();
            await Assert.ThrowsAsync<SocketException>(() => RawConnection.ConnectAsync(_server.Port));
            _server.Start();
            using var client = await RawConnection.ConnectAsync(_server.Port);
            Assert.Equal("value", await client.CommandAsync("GET", "key"));
            _server.CloseConnections();
        }

        await Assert.ThrowsAnyAsync<IOException>(() => _client.ReadAsync());
        Assert.Equal(4, _server.AcceptedConnections);
    }

    [Fact]
    public async Task Waiting_for_a_command_that_does_not_come_tells_what_came()
    {
        await _client.CommandAsync("PING");
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => _server.WaitForAsync("GET", timeout: TimeSpan.FromMilliseconds(1)));
        Assert.Contains("PING", exception.Message);
    }

    [Fact]
    public async Task Commands_are_read_in_any_pieces_and_as_a_line()
    {
        _server.On("GET", command => RespReply.Bulk(command.Bytes(0)));
        foreach (var piece in "*2\r\n$3\r\nGET\r\n$6\r\na\r\nb\r\n\r\n".Select(character => character.ToString()))
        {
            await _client.SendRawAsync(piece);
        }

        Assert.Equal("a\r\nb\r\n", await _client.ReadAsync());
        await _client.SendRawAsync("GET line\r\n");
        Assert.Equal("line", await _client.ReadAsync());
    }

    [Fact]
    public async Task What_is_no_command_ends_the_connection()
    {
        await _client.SendRawAsync("*1\r\n+GET\r\n");
        Assert.Equal("", await _client.ReadRawAsync());
    }

    [Fact]
    public void Replies_that_make_no_sense_are_refused()
    {
        Assert.Contains("'-ERR x'", Assert.Throws<ArgumentException>(() => RespReply.Error("-ERR x")).Message);
        Assert.Throws<ArgumentException>(() => RespReply.Simple("two\r\nlines"));
        Assert.Throws<ArgumentException>(() => RespReply.Array(RespReply.Close));
        Assert.Throws<ArgumentException>(() => RespReply.Map(RespReply.Ok));
        Assert.Throws<ArgumentOutOfRangeException>(() => RespReply.Ok.InPieces(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RespReply.Ok.CutAfter(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScriptedRespServer(protocol: 4));
        Assert.Throws<ArgumentException>(() => _server.On(" ", RespReply.Ok));
    }

    private Task<RespErrorException> ErrorAsync(params string[] words) =>
        Assert.ThrowsAsync<RespErrorException>(() => _client.CommandAsync(words));

    private async Task<string> EverythingAsync(string key)
    {
        using var client = await RawConnection.ConnectAsync(_server.Port);
        await client.SendAsync("GET", key);
        var text = "";
        while (await client.ReadRawAsync() is { Length: > 0 } more)
        {
            text += more;
        }

        return text;
    }
}
