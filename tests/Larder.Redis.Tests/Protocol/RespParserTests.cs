using System.Text;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;

namespace Larder.Redis.Tests.Protocol;

/// <summary>The limits of the parser, each at its boundary, and what values become.</summary>
public sealed class RespParserTests
{
    [Fact]
    public void A_line_may_be_as_long_as_the_limit_however_it_comes()
    {
        var longest = Line(RespLimits.MaxLine);
        var tooLong = Line(RespLimits.MaxLine + 1);
        Assert.Equal(longest.Length, Scan(longest));
        Assert.Equal(longest.Length, Scan(longest, piece: 1000));
        Assert.Equal(0, Scan(longest[..^1]));
        Assert.Throws<RespProtocolException>(() => Scan(tooLong));
        Assert.Throws<RespProtocolException>(() => Scan(tooLong, piece: 1000));
        Assert.Throws<RespProtocolException>(() => Scan(tooLong[..^1]));

        static byte[] Line(int length) => [.. "+"u8, .. Enumerable.Repeat((byte)'x', length - 3), .. "\r\n"u8];
    }

    [Theory]
    [InlineData("*")]
    [InlineData("~")]
    [InlineData(">")]
    public void Nesting_has_a_limit(string type)
    {
        var deepest = Nested(type, RespLimits.MaxDepth);
        Assert.Equal(deepest.Length, Scan(deepest));
        Assert.Throws<RespProtocolException>(() => Scan(Nested(type, RespLimits.MaxDepth + 1)));
        Assert.NotNull(new RespReader(deepest).ReadObject());
    }

    [Fact]
    public void Attributes_nest_no_deeper_than_other_values()
    {
        // Around the reply there is a level for it and its attribute.
        Assert.True(Scan([.. "|1\r\n+a\r\n+b\r\n"u8, .. Nested("*", RespLimits.MaxDepth - 1)]) > 0);
        Assert.Throws<RespProtocolException>(() => Scan([.. "|1\r\n+a\r\n+b\r\n"u8, .. Nested("*", RespLimits.MaxDepth)]));
        Assert.Throws<RespProtocolException>(() => Scan(Nested("|", RespLimits.MaxDepth + 1)));
    }

    [Theory]
    [InlineData("$", RespLimits.MaxString)]
    [InlineData("=", RespLimits.MaxString)]
    [InlineData("!", RespLimits.MaxString)]
    [InlineData("*", RespLimits.MaxElements)]
    [InlineData("~", RespLimits.MaxElements)]
    [InlineData(">", RespLimits.MaxElements)]
    [InlineData("%", RespLimits.MaxElements / 2)]
    [InlineData("|", RespLimits.MaxElements / 2)]
    public void Lengths_and_counts_have_a_limit(string type, int limit)
    {
        Assert.Equal(0, Scan(Bytes($"{type}{limit}\r\n")));
        Assert.Throws<RespProtocolException>(() => Scan(Bytes($"{type}{limit + 1}\r\n")));
        Assert.Throws<RespProtocolException>(() => Scan(Bytes($"{type}{long.MaxValue}\r\n")));
        Assert.Throws<RespProtocolException>(() => Scan(Bytes($"{type}99999999999999999999\r\n")));
    }

    [Fact]
    public void A_frame_has_a_limit_that_shows_before_its_bytes_come()
    {
        // Two strings whose lengths are allowed, and not in one frame: the limit is met at the second header.
        var first = Bytes($"*2\r\n${RespLimits.MaxString}\r\n");
        var frame = new byte[first.Length + RespLimits.MaxString + 2 + 32];
        first.CopyTo(frame, 0);
        var second = first.Length + RespLimits.MaxString + 2;
        Bytes("\r\n").CopyTo(frame, second - 2);
        var room = RespLimits.MaxFrame - second - 2;
        foreach (var (length, isAllowed) in new[] { (room - Header(room), true), (room - Header(room) + 1, false) })
        {
            var header = Bytes($"${length}\r\n");
            header.CopyTo(frame, second);
            var have = second + header.Length;
            if (isAllowed)
            {
                Assert.Equal(0, Scan(frame, piece: have, length: have));
            }
            else
            {
                Assert.Throws<RespProtocolException>(() => Scan(frame, piece: have, length: have));
            }
        }

        static int Header(int length) => $"${length}\r\n".Length;
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("+\n")]
    [InlineData("+ok\n")]
    [InlineData("+o\nk\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$3\r\nabcd\r\n")]
    [InlineData("$3\r\nab\r\n\r\n")]
    [InlineData("$\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("*?\r\n")]
    [InlineData("%-1\r\n")]
    [InlineData("~-1\r\n")]
    [InlineData(">-1\r\n")]
    [InlineData("|-1\r\n+a\r\n")]
    [InlineData("=-1\r\n")]
    [InlineData("!-1\r\n")]
    [InlineData(":\r\n")]
    [InlineData(":1 \r\n")]
    [InlineData(":1.5\r\n")]
    [InlineData(":9223372036854775808\r\n")]
    [InlineData("_x\r\n")]
    [InlineData("#x\r\n")]
    [InlineData("#\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("*1\r\n.\r\n")]
    public void What_is_no_frame_is_refused(string text)
    {
        Assert.Throws<RespProtocolException>(() => Scan(Bytes(text)));
        Assert.Throws<RespProtocolException>(() => Scan(Bytes(text), piece: 1));
    }

    [Fact]
    public void Values_become_objects()
    {
        var all = Objects("*13\r\n+simple\r\n:-5\r\n$3\r\na\nb\r\n$-1\r\n*-1\r\n_\r\n,1.5\r\n,-inf\r\n#t\r\n(123456789012345678901234567890\r\n=7\r\ntxt:abc\r\n%1\r\n+k\r\n:1\r\n~0\r\n");
        Assert.Equal("simple", all[0]);
        Assert.Equal(-5L, all[1]);
        Assert.Equal("a\nb"u8.ToArray(), all[2]);
        Assert.Equal([null, null, null], all[3..6]);
        Assert.Equal(1.5, all[6]);
        Assert.Equal(double.NegativeInfinity, all[7]);
        Assert.Equal(true, all[8]);
        Assert.Equal("123456789012345678901234567890", all[9]);
        Assert.Equal("abc"u8.ToArray(), all[10]);
        Assert.Equal(["k", 1L], Assert.IsType<object?[]>(all[11]));
        Assert.Empty(Assert.IsType<object?[]>(all[12]));
    }

    [Fact]
    public void Errors_inside_of_an_array_are_values()
    {
        var all = Objects("*2\r\n-WRONGTYPE a list\r\n!9\r\nERR\r\nline\r\n");
        Assert.Equal("WRONGTYPE a list", Assert.IsType<CacheServerException>(all[0]).Message);
        Assert.Equal("ERR\r\nline", Assert.IsType<CacheServerException>(all[1]).Message);
    }

    [Theory]
    [InlineData("$5\r\nhello\r\n", nameof(RespType.BulkString), "hello")]
    [InlineData("=9\r\ntxt:hello\r\n", nameof(RespType.BulkString), "hello")]
    [InlineData("=5\r\nhello\r\n", nameof(RespType.BulkString), "hello")]
    [InlineData("$0\r\n\r\n", nameof(RespType.BulkString), "")]
    [InlineData("+hello\r\n", nameof(RespType.SimpleString), "hello")]
    [InlineData("+OK\r\n", nameof(RespType.SimpleString), "")]
    [InlineData(",1.5\r\n", nameof(RespType.Double), "1.5")]
    [InlineData("-ERR no\r\n", nameof(RespType.SimpleError), "ERR no")]
    [InlineData("!6\r\nERR no\r\n", nameof(RespType.SimpleError), "ERR no")]
    [InlineData("$-1\r\n", nameof(RespType.Null), "")]
    [InlineData("*-1\r\n", nameof(RespType.Null), "")]
    [InlineData("_\r\n", nameof(RespType.Null), "")]
    [InlineData("#t\r\n", nameof(RespType.Integer), "")]
    public void A_reply_is_its_value_wherever_it_lies_and_with_an_attribute_too(string frame, string type, string text)
    {
        foreach (var attribute in new[] { "", "|1\r\n+ttl\r\n:3600\r\n", "|0\r\n" })
        {
            var block = new ReceiveBlock(1024);
            var bytes = Bytes(attribute + frame);
            bytes.CopyTo(block.Bytes, 100);
            using (var reply = Reply.Of(block, 100, bytes.Length))
            {
                Assert.Equal(type, reply.Type.ToString());
                Assert.Equal(text, reply.ToString());
            }

            Assert.True(block.IsUnshared);
            block.Release();
        }
    }

    private static object?[] Objects(string frame)
    {
        Assert.Equal(frame.Length, Scan(Bytes(frame)));
        return Assert.IsType<object?[]>(new RespReader(Bytes(frame)).ReadObject());
    }

    private static byte[] Nested(string type, int depth)
    {
        var values = type == "|" ? string.Concat(Enumerable.Repeat("|1\r\n", depth)) + string.Concat(Enumerable.Repeat("+a\r\n+b\r\n+c\r\n", depth)) : null;
        return Bytes(values ?? string.Concat(Enumerable.Repeat($"{type}1\r\n", depth)) + ":1\r\n");
    }

    private static int Scan(byte[] bytes, int piece = int.MaxValue, int? length = null)
    {
        var scanner = default(RespScanner);
        var all = length ?? bytes.Length;
        for (var have = 0; ;)
        {
            have += Math.Min(piece, all - have);
            var scanned = scanner.Scan(bytes.AsSpan(0, have));
            if (scanned > 0 || have == all)
            {
                return scanned;
            }
        }
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
