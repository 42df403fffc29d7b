using System.Globalization;
using System.Text;

namespace Larder.Testing.Faults;

/// <summary>
/// What a <see cref="ScriptedRespServer"/> does when a command comes: a value in RESP, and the ways in which it can come late, in pieces, in
/// part or not at all. Immutable: the methods return new replies.
/// </summary>
public sealed class RespReply
{
    private readonly Func<ScriptedOutput, Task> _write;
    private readonly Func<int, byte[]>? _encode;

    private RespReply(Func<ScriptedOutput, Task> write) => _write = write;

    private RespReply(Func<int, byte[]> encode)
    {
        _encode = encode;
        _write = output => output.SendAsync(encode(output.Protocol));
    }

    /// <summary>Gets <c>+OK</c>.</summary>
    public static RespReply Ok { get; } = Simple("OK");

    /// <summary>Gets null, in the form of the connection's protocol.</summary>
    public static RespReply Null { get; } = new(protocol => Ascii(protocol < 3 ? "$-1\r\n" : "_\r\n"));

    /// <summary>Gets the reply of a peer that is gone without a word: from here on the connection stays open and sends nothing.</summary>
    public static RespReply Silence { get; } = new(output => output.Silence());

    /// <summary>Gets the orderly end of the connection.</summary>
    public static RespReply Close { get; } = new(output => output.Close());

    /// <summary>Gets the end of the connection by a reset.</summary>
    public static RespReply Reset { get; } = new(output => output.Reset());

    /// <summary>A simple string.</summary>
    /// <param name="text">Without line ends.</param>
    /// <returns>The reply.</returns>
    public static RespReply Simple(string text) => Line('+', text);

    /// <summary>An error, such as <c>LOADING Redis is loading the dataset in memory</c> or <c>MOVED 3999 127.0.0.1:6381</c>.</summary>
    /// <param name="text">The code and the message, without the leading minus and without line ends.</param>
    /// <returns>The reply.</returns>
    public static RespReply Error(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return text[0] == '-' ? throw new ArgumentException($"Leave out the minus of '{text}'; the server writes it.", nameof(text)) : Line('-', text);
    }

    /// <summary>An integer.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The reply.</returns>
    public static RespReply Integer(long value) => Line(':', value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A bulk string of text in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The reply.</returns>
    public static RespReply Bulk(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Bulk(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>A bulk string.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The reply.</returns>
    public static RespReply Bulk(ReadOnlyMemory<byte> bytes) => new(_ => [.. Ascii($"${bytes.Length}\r\n"), .. bytes.Span, .. "\r\n"u8]);

    /// <summary>An array.</summary>
    /// <param name="items">Values, not replies that do more.</param>
    /// <returns>The reply.</returns>
    public static RespReply Array(params IEnumerable<RespReply> items) => Aggregate((_, count) => $"*{count}", items);

    /// <summary>A map; for a client that speaks RESP2 an array.</summary>
    /// <param name="keysAndValues">A key, its value, the next key and so on.</param>
    /// <returns>The reply.</returns>
    public static RespReply Map(params IEnumerable<RespReply> keysAndValues)
    {
        RespReply[] items = [.. keysAndValues];
        return items.Length % 2 == 0
            ? Aggregate((protocol, count) => protocol < 3 ? $"*{count}" : $"%{count / 2}", items)
            : throw new ArgumentException($"A map has a value for each key; {items.Length} items do not go in pairs.", nameof(keysAndValues));
    }

    /// <summary>A push frame; for a client that speaks RESP2 an array.</summary>
    /// <param name="items">The kind, such as <c>message</c>, and what belongs to it.</param>
    /// <returns>The reply.</returns>
    public static RespReply Push(params IEnumerable<RespReply> items) => Aggregate((protocol, count) => $"{(protocol < 3 ? '*' : '>')}{count}", items);

    /// <summary>The push that ends the trust in keys that a client has read.</summary>
    /// <param name="keys">The keys; none for all, as after FLUSHALL.</param>
    /// <returns>The reply.</returns>
    public static RespReply Invalidate(params string[] keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return Push(Bulk("invalidate"), keys.Length == 0 ? Null : Array(keys.Select(Bulk)));
    }

    /// <summary>Bytes as they are: a frame of any kind, a broken one, or none.</summary>
    /// <param name="text">Sent as UTF-8.</param>
    /// <returns>The reply.</returns>
    public static RespReply Raw(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Raw(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Bytes as they are: a frame of any kind, a broken one, or none.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The reply.</returns>
    public static RespReply Raw(ReadOnlyMemory<byte> bytes) => new(_ => bytes.ToArray());

    /// <summary>This reply, and then another: a push behind a reply, the rest of a frame, the end of the connection.</summary>
    /// <param name="next">What follows.</param>
    /// <returns>The reply.</returns>
    public RespReply Then(RespReply next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new(async output =>
        {
            await WriteAsync(output);
            await next.WriteAsync(output);
        });
    }

    /// <summary>This reply once a signal has come; the replies to later commands of the connection wait behind it.</summary>
    /// <param name="signal">The signal.</param>
    /// <returns>The reply.</returns>
    public RespReply After(Task signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        return new(async output =>
        {
            await output.WaitForAsync(signal);
            await WriteAsync(output);
        });
    }

    /// <summary>This reply in pieces, each sent for itself and a millisecond after the one before.</summary>
    /// <param name="bytes">The length of a piece, at least 1.</param>
    /// <returns>The reply.</returns>
    public RespReply InPieces(int bytes = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        return new(output => WriteAsync(output.InPieces(bytes)));
    }

    /// <summary>The first bytes of this reply, and then the end of the connection.</summary>
    /// <param name="bytes">How many are sent; not negative.</param>
    /// <returns>The reply.</returns>
    public RespReply CutAfter(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return new(async output =>
        {
            await WriteAsync(output.Limited(bytes));
            await output.Close();
        });
    }

    internal Task WriteAsync(ScriptedOutput output) => _write(output);

    private static RespReply Line(char type, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAny('\r', '\n')
            ? throw new ArgumentException("The text of a line holds no line ends.", nameof(text))
            : new(_ => Encoding.UTF8.GetBytes($"{type}{text}\r\n"));
    }

    private static RespReply Aggregate(Func<int, int, string> header, IEnumerable<RespReply> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        Func<int, byte[]>[] encoders = [.. items.Select(item => item._encode
            ?? throw new ArgumentException("An item is a value; After, Then, InPieces and CutAfter belong to the whole reply.", nameof(items)))];
        return new(protocol => [.. Ascii(header(protocol, encoders.Length) + "\r\n"), .. encoders.SelectMany(encode => encode(protocol))]);
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
