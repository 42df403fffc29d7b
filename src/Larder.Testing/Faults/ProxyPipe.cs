using System.Net.Sockets;
using System.Threading.Channels;

namespace Larder.Testing.Faults;

/// <summary>One direction of one connection: takes bytes as they come, and hands them on when and how the proxy says.</summary>
internal sealed class ProxyPipe(FaultProxy proxy, FaultDirections direction, Socket from, Socket to, CancellationToken closed)
{
    private const int ReadSize = 16 * 1024;
    private const int MaxWaiting = 1024;
    private const int SlicesPerSecond = 20;
    private readonly Channel<Chunk> _chunks = Channel.CreateBounded<Chunk>(MaxWaiting);
    private readonly RespPushFilter? _filter =
        direction == FaultDirections.ToClient ? new RespPushFilter(() => proxy.DropsPushes, proxy.CountDroppedPush) : null;
    private long _freeAt = proxy.Time.GetTimestamp();
    private volatile bool _isHalfClosed;
    private volatile bool _isReset;
    private bool _isLost;

    private enum Ending
    {
        None,
        Close,
        Reset,
    }

    public Task RunAsync() => Task.WhenAll(ReadAsync(), WriteAsync());

    /// <summary>Ends this direction alone, in order; what still comes is thrown away.</summary>
    public void HalfClose()
    {
        _isHalfClosed = true;
        ShutdownSend();
    }

    private async Task ReadAsync()
    {
        var ending = Ending.Close;
        try
        {
            while (true)
            {
                var bytes = new byte[ReadSize];
                var length = await from.ReceiveAsync(bytes, SocketFlags.None, closed);
                if (length == 0)
                {
                    break;
                }

                await AddAsync(bytes.AsMemory(0, length), Ending.None);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            ending = Ending.Reset;
            _isReset = true;
            if (direction == FaultDirections.ToServer && !closed.IsCancellationRequested)
            {
                proxy.CountClientReset();
            }
        }

        await AddAsync(default, ending);
    }

    private ValueTask AddAsync(ReadOnlyMemory<byte> bytes, Ending ending) =>
        _chunks.Writer.WriteAsync(new Chunk(bytes, proxy.Time.GetTimestamp(), proxy.Latency, ending), closed);

    private async Task WriteAsync()
    {
        await foreach (var chunk in _chunks.Reader.ReadAllAsync(closed))
        {
            await DelayAsync(chunk.Latency - proxy.Time.GetElapsedTime(chunk.ReadAt));
            var isLost = await PassAsync();
            if (chunk.Ending == Ending.None)
            {
                await SendAsync(isLost ? default : chunk.Bytes);
                continue;
            }

            if (chunk.Ending == Ending.Reset)
            {
                LoopbackListener.Reset(to);
            }
            else
            {
                ShutdownSend();
            }

            return;
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_filter is not null)
        {
            var passed = bytes.ToArray();
            bytes = passed.AsMemory(0, _filter.Filter(passed));
        }

        while (!bytes.IsEmpty && !_isHalfClosed)
        {
            var limit = proxy.BytesPerSecond;
            var pieceSize = proxy.PieceSize;
            var length = (int)Math.Min(Math.Min(bytes.Length, pieceSize > 0 ? pieceSize : int.MaxValue), limit > 0 ? Math.Max(1, limit / SlicesPerSecond) : int.MaxValue);
            await PaceAsync(length, limit);
            if (await PassAsync())
            {
                return;
            }

            for (var sent = 0; sent < length;)
            {
                sent += await to.SendAsync(bytes[sent..length], SocketFlags.None, closed);
            }

            proxy.Count(direction, length);
            bytes = bytes[length..];
            if (pieceSize > 0)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Waits until the direction is free.</summary>
    /// <returns>Whether what waited is lost, and all behind it: who had sent it has reset the connection meanwhile, and sends nothing again.</returns>
    private async ValueTask<bool> PassAsync()
    {
        var gate = proxy.Gate(direction);
        var waits = !gate.IsOpen;
        await gate.PassAsync(closed);
        _isLost |= waits && _isReset;
        return _isLost;
    }

    /// <summary>Waits until a line of this speed would have carried the bytes.</summary>
    private async ValueTask PaceAsync(int length, long bytesPerSecond)
    {
        var now = proxy.Time.GetTimestamp();
        if (bytesPerSecond > 0)
        {
            _freeAt = Math.Max(_freeAt, now) + (long)((double)length / bytesPerSecond * proxy.Time.TimestampFrequency);
            await DelayAsync(proxy.Time.GetElapsedTime(now, _freeAt));
        }
    }

    private Task DelayAsync(TimeSpan delay) => delay > TimeSpan.Zero ? Task.Delay(delay, proxy.Time, closed) : Task.CompletedTask;

    private void ShutdownSend()
    {
        try
        {
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (LoopbackListener.IsEnd(exception))
        {
            // It has ended already.
        }
    }

    private readonly record struct Chunk(ReadOnlyMemory<byte> Bytes, long ReadAt, TimeSpan Latency, Ending Ending);
}
