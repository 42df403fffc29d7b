using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Larder.Redis.Tests.Servers;

/// <summary>The plainest connection to a server: one command, one reply. For looking at a server from outside; shares no code with the client under test.</summary>
public sealed class RawConnection(Stream stream) : IDisposable
{
    private readonly BufferedStream _input = new(stream);

    public static async Task<RawConnection> ConnectAsync(EndPoint endPoint)
    {
        var isUnix = endPoint is UnixDomainSocketEndPoint;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint).WaitAsync(Deadline.Limit);
            return new RawConnection(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static Task<RawConnection> ConnectAsync(int port) => ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>Sends a command and reads its reply.</summary>
    /// <returns>A string, long, double, bool, null, or an array of these; a map is an array of keys and values.</returns>
    public async Task<object?> CommandAsync(params string[] words)
    {
        await SendAsync(words);
        return await ReadAsync();
    }

    public Task SendAsync(params string[] words)
    {
        var command = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
        {
            command.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return SendRawAsync(command.ToString());
    }

    public async Task SendRawAsync(string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask().WaitAsync(Deadline.Limit);
        await stream.FlushAsync();
    }

    /// <summary>Reads the next frame: a reply or a push.</summary>
    public Task<object?> ReadAsync() => ReadAsync(Deadline.Limit);

    /// <summary>Reads the next frame, or gives up after a time.</summary>
    public Task<object?> ReadAsync(TimeSpan limit) => ReadFrameAsync().WaitAsync(limit);

    /// <summary>Reads bytes as they come, as many as one read gives.</summary>
    public async Task<string> ReadRawAsync()
    {
        var bytes = new byte[4096];
        return Encoding.Latin1.GetString(bytes, 0, await stream.ReadAsync(bytes).AsTask().WaitAsync(Deadline.Limit));
    }

    /// <summary>Tells the server that nothing more will be sent.</summary>
    public void ShutdownSend() => ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => stream.Dispose();

    private async Task<object?> ReadFrameAsync()
    {
        var line = await ReadLineAsync();
        var text = line[1..];
        switch (line[0])
        {
            case '+': return text;
            case '-': throw new RespErrorException(text);
            case ':': return long.Parse(text, CultureInfo.InvariantCulture);
            case ',': return double.Parse(text, CultureInfo.InvariantCulture);
            case '#': return text == "t";
            case '_': return null;
            case '$' or '=' or '!': return text == "-1" ? null : await ReadBulkAsync(Count(text));
            case '*' or '~': return text == "-1" ? null : await ReadItemsAsync(Count(text));
            case '%': return await ReadItemsAsync(2 * Count(text));
            case '>': return new RespPush(await ReadItemsAsync(Count(text)));
            default: throw new IOException($"Not RESP: {line}");
        }
    }

    private async Task<object?[]> ReadItemsAsync(int count)
    {
        var items = new object?[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = await ReadFrameAsync();
        }

        return items;
    }

    private async Task<string> ReadBulkAsync(int length)
    {
        var bytes = new byte[length + 2];
        await _input.ReadExactlyAsync(bytes);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _input.ReadExactlyAsync(one);
            if (one[0] == '\n')
            {
                return line.ToString(0, line.Length - 1);
            }

            line.Append((char)one[0]);
        }
    }

    private static int Count(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
