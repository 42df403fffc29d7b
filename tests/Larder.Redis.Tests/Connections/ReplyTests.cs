using System.Globalization;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>Each command gets its own reply, or none.</summary>
[Trait("Category", "Slow")]
public sealed class ReplyTests : IAsyncDisposable
{
    private readonly ScriptedRespServer _server = new();
    private readonly ClientSetup _client;

    public ReplyTests() => _client = new ClientSetup(_server.Port);

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Replies_may_be_split_anywhere(int piece)
    {
        _server.On("GET", command => RespReply.Bulk($"value of {command[0]}\r\n").Then(RespReply.Invalidate("other")).InPieces(piece));

        var replies = await Task.WhenAll(Keys(20).Select(key => _client.GetAsync(key)));

        Assert.Equal(Keys(20).Select(key => $"value of {key}\r\n"), replies);
    }

    [Fact]
    public async Task Pushes_lie_between_replies_and_shift_none()
    {
        var push = ">3\r\n+message\r\n+a\r\n*1\r\n:1\r\n";
        _server.On("GET", command => RespReply.Raw($"{push}|1\r\n+attribute\r\n+of push\r\n{push}").Then(RespReply.Bulk(command[0])).Then(RespReply.Raw(push)));

        for (var i = 0; i < 5; i++)
        {
            var replies = await Task.WhenAll(Keys(200).Select(key => _client.GetAsync(key)));
            Assert.Equal(Keys(200), replies);
        }

        Assert.Equal(1, _server.AcceptedConnections);
    }

    [Fact]
    public async Task Replies_of_all_sizes_come_whole_and_in_order()
    {
        _server.On("GET", command => RespReply.Bulk(Value(command[0])));
        var sizes = new[] { 0, 1, 4095, 65_500, 65_536, 70_000, 300_000, 2_000_000, 5, 1_000, 64 * 1024 - 12 };

        var replies = await Task.WhenAll(sizes.Concat(sizes).Select(size => _client.GetAsync(size.ToString(CultureInfo.InvariantCulture))));

        Assert.Equal(sizes.Concat(sizes).Select(size => Value(size.ToString(CultureInfo.InvariantCulture))), replies);

        static string Value(string size) => new((char)('a' + size.Length), int.Parse(size, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("+a reply too much\r\n", "no command waits for")]
    [InlineData("$5\r\nhelloXX", "does not end where its length says")]
    [InlineData("\0\0\r\n", "no type of RESP")]
    [InlineData("*99999999\r\n", "above the limit")]
    [InlineData("$999999999999\r\n", "above the limit")]
    public async Task After_what_is_not_in_the_protocol_the_connection_is_not_used_again(string garbage, string told)
    {
        _server.On("GET", command => RespReply.Bulk(command[0])).On("BAD", RespReply.Raw("$2\r\nok\r\n" + garbage));
        Assert.Equal("a", await _client.GetAsync("a"));
        var first = _client.Node.Reads!;

        Assert.Equal("ok", await _client.SendAsync(CommandKind.Read, CancellationToken.None, "BAD", "key"));
        await Deadline.TrueAsync(() => first.IsClosed && _client.Node.Reads is { IsReady: true });

        Assert.Contains(told, first.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("b", await _client.GetAsync("b"));
        Assert.Equal(2, _server.AcceptedConnections);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(10)]
    public async Task A_command_whose_reply_was_cut_may_have_happened(int bytes)
    {
        _server.Once("SET", RespReply.Bulk("value").CutAfter(bytes));

        var exception = await _client.FailsAsync<CacheConnectionException>(CommandKind.IdempotentWrite, "SET", "key", "value");

        Assert.True(exception.MayHaveHappened);
        Assert.Contains("closed the connection", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_never_left_has_not_happened()
    {
        _server.On("HELLO", RespReply.Close);

        var exception = await _client.FailsAsync<CacheConnectionException>(CommandKind.Write, "SET", "key", "value");

        Assert.False(exception.MayHaveHappened);
        Assert.DoesNotContain(_server.Commands, command => command.Name == "SET");
    }

    [Fact]
    public async Task Of_a_pipeline_that_is_cut_the_first_commands_have_their_replies_and_the_others_none()
    {
        // All are there before the first can be sent.
        var signal = new TaskCompletionSource();
        _server.On("HELLO", RespReply.Raw("%1\r\n+proto\r\n:3\r\n").After(signal.Task)).On("GET", command => command[0] == "50" ? RespReply.Close : RespReply.Bulk(command[0]));
        var calls = Keys(100).Select(key => _client.GetAsync(key)).ToArray();

        signal.SetResult();
        await Deadline.EndsAsync(Task.WhenAll(calls));

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal($"{i}", await calls[i]);
        }

        Assert.All(calls.Skip(50), call => Assert.IsType<CacheConnectionException>(call.Exception!.InnerException));
    }

    [Fact]
    public async Task Errors_are_replies_and_end_nothing()
    {
        _server.On("GET", RespReply.Error("WRONGTYPE Operation against a key holding the wrong kind of value"));

        var exception = await _client.GetFailsAsync<CacheServerException>("key");

        Assert.Equal("WRONGTYPE", exception.Code);
        await _client.GetFailsAsync<CacheServerException>("key");
        Assert.Equal(1, _server.AcceptedConnections);
    }

    private static IEnumerable<string> Keys(int count) => Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture));
}
