using System.Net;
using System.Net.Sockets;

namespace Larder.Soak.Schedules;

/// <summary>Stands between a cache and its server, and delivers each message when it is told to.</summary>
internal sealed class MessageProxy : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(Socket Client, Socket Server, MessagePipe[] Pipes)> _connections = [];
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly string _name;
    private readonly Task _accepting;
    private bool _isHeld;
    private int _accepted;

    public MessageProxy(int serverPort, string name)
    {
        (_serverPort, _name) = (serverPort, name);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string EndPoint => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Gets the directions in which something waits, in the order in which their connections were made.</summary>
    public IReadOnlyList<MessagePipe> Waiting()
    {
        lock (_gate)
        {
            return [.. _connections.SelectMany(connection => connection.Pipes).Where(pipe => pipe.HasMessage)];
        }
    }

    /// <summary>Holds all messages from now on, or lets them go.</summary>
    public void Hold(bool isHeld)
    {
        MessagePipe[] pipes;
        lock (_gate)
        {
            _isHeld = isHeld;
            pipes = [.. _connections.SelectMany(connection => connection.Pipes)];
        }

        Array.ForEach(pipes, pipe => pipe.Hold(isHeld));
    }

    /// <summary>Breaks a connection off, with all that waits in it.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Break(Random random)
    {
        lock (_gate)
        {
            if (_connections.Count == 0)
            {
                return false;
            }

            var number = random.Next(_connections.Count);
            Close(_connections[number]);
            _connections.RemoveAt(number);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        lock (_gate)
        {
            _connections.ForEach(Close);
        }
    }

    private static void Close((Socket Client, Socket Server, MessagePipe[] Pipes) connection)
    {
        connection.Client.Close(timeout: 0);
        connection.Server.Close(timeout: 0);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = client.NoDelay = true };
                await server.ConnectAsync(IPAddress.Loopback, _serverPort);
                MessagePipe[] pipes;
                lock (_gate)
                {
                    var name = $"{_name}.{_accepted++}";
                    pipes = [new(client, server, _isHeld, $"{name} asks"), new(server, client, _isHeld, $"{name} is told")];
                    _connections.Add((client, server, pipes));
                }

                _ = RunAsync(client, pipes);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task RunAsync(Socket client, MessagePipe[] pipes)
    {
        await Task.WhenAll(pipes.Select(pipe => pipe.RunAsync()));
        lock (_gate)
        {
            _connections.RemoveAll(connection => connection.Client == client);
        }
    }
}
