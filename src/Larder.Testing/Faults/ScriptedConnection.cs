using System.Net.Sockets;
using System.Threading.Channels;

namespace Larder.Testing.Faults;

/// <summary>One connection of a <see cref="ScriptedRespServer"/>. It reads on while a reply waits, as the buffers of a real one let the client write on.</summary>
internal sealed class ScriptedConnection(Socket socket, int id, Action<RespCommand> received, Func<ScriptedConnection, RespCommand, RespReply> answer)
    : ILoopbackConnection
{
    private static readonly TimeSpan PieceInterval = TimeSpan.FromMilliseconds(1);
    private readonly Channel<RespCommand> _commands = Channel.CreateUnbounded<RespCommand>();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _closed = new();
    private volatile bool _isSilent;
    private volatile int _protocol = 2;

    public int Id => id;

    public bool IsOpen => !_closed.IsCancellationRequested;

    /// <summary>What the client speaks: 2 until it has said HELLO 3.</summary>
    public int Protocol
    {
        get => _protocol;
        set => _protocol = value;
    }

    public async Task RunAsync()
    {
        socket.NoDelay = true;
        try
        {
            await Task.WhenAll(ReadAsync(), AnswerAsync());
        }
        catch (Exception exception) when (LoopbackListener.IsEnd(exception))
        {
            // The client or the test has ended the connection.
        }
        finally
        {
            Close();
            socket.Dispose();
        }
    }

    /// <summary>Sends the bytes of a frame with no other frame in between; nothing if the connection is silent.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, int pieceSize)
    {
        await _sending.WaitAsync(_closed.Token);
        try
        {
            while (!bytes.IsEmpty && !_isSilent)
            {
                var piece = bytes[..Math.Min(pieceSize, bytes.Length)];
                bytes = bytes[piece.Length..];
                for (var sent = 0; sent < piece.Length;)
                {
                    sent += await socket.SendAsync(piece[sent..], SocketFlags.None, _closed.Token);
                }

                if (!bytes.IsEmpty)
                {
                    await Task.Delay(PieceInterval, TimeProvider.System, _closed.Token);
                }
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public Task WaitForAsync(Task signal) => signal.WaitAsync(_closed.Token);

    public void GoSilent() => _isSilent = true;

    /// <summary>Ends the connection in order; disposing it under a pending read would reset it.</summary>
    public void Close()
    {
        _closed.Cancel();
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (LoopbackListener.IsEnd(exception))
        {
            // It has ended already.
        }
    }

    public void Reset()
    {
        _closed.Cancel();
        LoopbackListener.Reset(socket);
    }

    private async Task ReadAsync()
    {
        try
        {
            var reader = new RespCommandReader(new NetworkStream(socket));
            while (await reader.ReadAsync() is { } words)
            {
                var command = new RespCommand(id, words);
                received(command);
                _commands.Writer.TryWrite(command);
            }
        }
        finally
        {
            _commands.Writer.Complete();
        }
    }

    private async Task AnswerAsync()
    {
        await foreach (var command in _commands.Reader.ReadAllAsync(_closed.Token))
        {
            await answer(this, command).WriteAsync(new ScriptedOutput(this));
        }
    }
}
