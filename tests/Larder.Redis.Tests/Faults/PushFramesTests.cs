using System.Text;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Faults;

/// <summary>Every type of RESP3 passes a proxy that leaves out pushes, wherever the stream is cut.</summary>
public sealed class PushFramesTests
{
    private const string Push = ">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$3\r\n>\r\n\r\n";
    private const string FlushPush = ">2\r\n$10\r\ninvalidate\r\n_\r\n";

    private static readonly string[] Replies =
    [
        "+OK\r\n", "-ERR no\r\n", ":-12\r\n", "$-1\r\n", "$0\r\n\r\n", "$4\r\n>1\r\n\r\n", "*-1\r\n", "*0\r\n", "_\r\n", ",1.5e10\r\n", "#t\r\n", "(12345678901234567890\r\n",
        "!5\r\nERR x\r\n", "=7\r\ntxt:a>b\r\n", "%2\r\n+a\r\n:1\r\n+b\r\n*2\r\n:1\r\n$-1\r\n", "~2\r\n+a\r\n+b\r\n", "|1\r\n+ttl\r\n:9\r\n*1\r\n+value\r\n",
        "*3\r\n*1\r\n:1\r\n%0\r\n|1\r\n+k\r\n+v\r\n$2\r\nab\r\n",
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Pushes_between_any_replies_are_left_out(int pieceSize)
    {
        await using var server = new ScriptedRespServer();
        await using var splitter = new FaultProxy("127.0.0.1", server.Port) { PieceSize = pieceSize };
        await using var proxy = new FaultProxy("127.0.0.1", splitter.Port) { DropsPushes = true };
        using var client = await RawConnection.ConnectAsync(proxy.Port);
        server.On("GET", RespReply.Raw(string.Concat(Replies.Select(reply => Push + reply + FlushPush))).Then(RespReply.Close));

        await client.SendAsync("GET", "key");
        var text = new StringBuilder();
        while (await client.ReadRawAsync() is { Length: > 0 } more)
        {
            text.Append(more);
        }

        Assert.Equal(string.Concat(Replies), text.ToString());
        Assert.Equal(2 * Replies.Length, proxy.DroppedPushes);
    }

    [Fact]
    public async Task What_is_not_RESP_passes_as_it_is()
    {
        await using var server = new ScriptedRespServer();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port) { DropsPushes = true };
        using var client = await RawConnection.ConnectAsync(proxy.Port);
        const string handshake = "\u0016\u0003\u0001 >2\r\n+a\r\n+b\r\n";
        server.On("GET", RespReply.Raw(handshake));
        await client.SendAsync("GET", "key");
        Assert.Equal(handshake, await client.ReadRawAsync());
        Assert.Equal(0, proxy.DroppedPushes);
    }
}
