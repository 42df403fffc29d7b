using System.Net.Sockets;

namespace Larder.Testing.Faults;

/// <summary>Accepts connections at a loopback port, and can stop and come back there.</summary>
/// <typeparam name="T">What a connection is.</typeparam>
internal sealed class LoopbackServer<T> : IAsyncDisposable
    where T : class, ILoopbackConnection
{
    private readonly Lock _gate = new();
    private readonly Func<Socket, int, T> _accept;
    private readonly List<T> _connections = [];
    private readonly List<Task> _running = [];
    private Socket? _listener;
    private int _accepted;

    /// <summary>Begins to listen.</summary>
    /// <param name="accept">Makes a connection of a socket and the number that it has.</param>
    public LoopbackServer(Func<Socket, int, T> accept)
    {
        _accept = accept;
        _listener = LoopbackListener.OpenAnywhere();
        Port = LoopbackListener.PortOf(_listener);
        _running.Add(AcceptAsync(_listener));
    }

    public int Port { get; }

    public string EndPoint => $"127.0.0.1:{Port}";

    /// <summary>Gets how many connections there have been.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Gets the connections that are open.</summary>
    public T[] Connections()
    {
        lock (_gate)
        {
            return [.. _connections.Where(connection => connection.IsOpen)];
        }
    }

    public void Reset() => Array.ForEach(Connections(), connection => connection.Reset());

    /// <summary>Resets all connections and refuses new ones.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
        }

        Reset();
    }

    /// <summary>Listens again at the same port; without effect if it does.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_listener is null)
            {
                _listener = LoopbackListener.Open(Port);
                _running.Add(AcceptAsync(_listener));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
    }

    private async Task AcceptAsync(Socket listener)
    {
        // Start calls under its lock: the loop begins elsewhere.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (true)
            {
                var connection = _accept(await listener.AcceptAsync(), Interlocked.Increment(ref _accepted));
                lock (_gate)
                {
                    _connections.RemoveAll(old => !old.IsOpen);
                    _connections.Add(connection);
                    _running.RemoveAll(task => task.IsCompletedSuccessfully);
                    _running.Add(connection.RunAsync());
                }

                if (!ReferenceEquals(Volatile.Read(ref _listener), listener))
                {
                    connection.Reset();
                }
            }
        }
        catch (Exception exception) when (LoopbackListener.IsEnd(exception))
        {
            // Stopped.
        }
    }
}
