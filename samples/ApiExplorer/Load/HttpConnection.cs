using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace ApiExplorer.Load;

/// <summary>
/// A keep-alive HTTP/1.1 connection that reads only what the load mode needs. Client and server share the machine: a client that
/// costs as much as the server would measure itself.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int StatusOffset = 9;
    private const int StatusLength = 3;
    private const int BufferSize = 128 * 1024;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request = new byte[4 * 1024];
    private readonly byte[] _buffer = new byte[BufferSize];

    public static async Task<HttpConnection> ConnectAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var connection = new HttpConnection();
        await connection._socket.ConnectAsync(server, cancellationToken);
        return connection;
    }

    public ValueTask<HttpReply> GetAsync(string path, CancellationToken cancellationToken)
    {
        Utf8.TryWrite(_request, $"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n", out var length);
        return SendAsync(length, cancellationToken);
    }

    public ValueTask<HttpReply> DeleteAsync(string path, CancellationToken cancellationToken)
    {
        Utf8.TryWrite(_request, $"DELETE {path} HTTP/1.1\r\nHost: localhost\r\n\r\n", out var length);
        return SendAsync(length, cancellationToken);
    }

    /// <param name="path">Where to.</param>
    /// <param name="json">The body, ASCII only.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<HttpReply> PostAsync(string path, string json, CancellationToken cancellationToken)
    {
        Utf8.TryWrite(
            _request,
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}",
            out var length);
        return SendAsync(length, cancellationToken);
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask<HttpReply> SendAsync(int requestLength, CancellationToken cancellationToken)
    {
        if (requestLength == 0)
            throw new InvalidOperationException("The request is longer than the buffer.");
        await _socket.SendAsync(_request.AsMemory(0, requestLength), cancellationToken);
        var received = 0;
        int headerLength;
        do
        {
            if (received == _buffer.Length)
                throw new InvalidDataException("The header of a response is longer than the buffer.");
            received += await ReceiveAsync(_buffer.AsMemory(received), cancellationToken);
            headerLength = _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8) + 4;
        }
        while (headerLength < 4);

        var reply = ReadHeader(_buffer.AsSpan(0, headerLength), out var contentLength);
        for (var missing = headerLength + contentLength - received; missing > 0;)
            missing -= await ReceiveAsync(_buffer.AsMemory(0, Math.Min(missing, _buffer.Length)), cancellationToken);
        return reply;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await _socket.ReceiveAsync(buffer, cancellationToken);
        return count > 0 ? count : throw new EndOfStreamException("The server closed the connection.");
    }

    private static HttpReply ReadHeader(ReadOnlySpan<byte> header, out int contentLength)
    {
        Utf8Parser.TryParse(header.Slice(StatusOffset, StatusLength), out int status, out _);
        if (!Utf8Parser.TryParse(After(header, "Content-Length: "u8), out contentLength, out _))
            throw new InvalidDataException("A response has no Content-Length: " + Encoding.ASCII.GetString(header));

        var line = Line(After(header, "Row-Versions: "u8));
        var location = Line(After(header, "Location: "u8));
        Utf8Parser.TryParse(location[(location.LastIndexOf((byte)'/') + 1)..], out long createdId, out _);
        return new HttpReply(status, Version(line, "type/"u8), Version(line, "namespace/"u8), createdId);
    }

    /// <summary>The version in <c>type/12=5</c>.</summary>
    private static long Version(ReadOnlySpan<byte> line, ReadOnlySpan<byte> table)
    {
        var row = After(line, table);
        return Utf8Parser.TryParse(row[(row.IndexOf((byte)'=') + 1)..], out long version, out _) ? version : 0;
    }

    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> text) => text[..Math.Max(0, text.IndexOf((byte)'\r'))];

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix)
    {
        var index = text.IndexOf(prefix);
        return index < 0 ? default : text[(index + prefix.Length)..];
    }
}
