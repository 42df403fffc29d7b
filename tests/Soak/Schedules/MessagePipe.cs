using System.Net.Sockets;

namespace Larder.Soak.Schedules;

/// <summary>One direction of a connection: what comes is held until it is delivered, message by message, in the order in which it came.</summary>
internal sealed class MessagePipe(Socket from, Socket to, bool isHeld, string name)
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _held = new();
    private readonly RespMessages _messages = new();
    private bool _isHeld = isHeld;
    private bool _hasEnded;

    public string Name => name;

    public bool HasMessage
    {
        get
        {
            lock (_gate)
            {
                return _held.Count > 0;
            }
        }
    }

    /// <summary>Reads until the connection ends.</summary>
    public async Task RunAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var length)
            {
                Take(_messages.Add(buffer.AsSpan(0, length)));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // As good as an end.
        }

        lock (_gate)
        {
            _hasEnded = true;
        }

        Pass();
    }

    /// <summary>Delivers the message that came first.</summary>
    public void DeliverOne()
    {
        lock (_gate)
        {
            if (_held.TryDequeue(out var message))
            {
                Send(message);
            }
        }
    }

    /// <summary>Holds what comes from now on, or lets all go.</summary>
    public void Hold(bool isHeld)
    {
        lock (_gate)
        {
            _isHeld = isHeld;
        }

        Pass();
    }

    private void Take(IReadOnlyList<byte[]> messages)
    {
        lock (_gate)
        {
            foreach (var message in messages)
            {
                _held.Enqueue(message);
            }
        }

        Pass();
    }

    private void Pass()
    {
        lock (_gate)
        {
            while (!_isHeld && _held.TryDequeue(out var message))
            {
                Send(message);
            }

            if (_hasEnded && _held.Count == 0)
            {
                to.Dispose();
            }
        }
    }

    private void Send(byte[] message)
    {
        try
        {
            to.Send(message);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Lost with its connection.
        }
    }
}
