using System.Net.Sockets;

namespace Larder.Testing.Faults;

/// <summary>A client's connection to a <see cref="FaultProxy"/> and the proxy's to the server.</summary>
internal sealed class ProxyConnection(FaultProxy proxy, Socket client) : ILoopbackConnection
{
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _closed = new();
    private ProxyPipe? _toServer;
    private ProxyPipe? _toClient;

    public bool IsOpen => !_closed.IsCancellationRequested;

    public async Task RunAsync()
    {
        client.NoDelay = true;
        try
        {
            await _server.ConnectAsync(proxy.ServerHost, proxy.ServerPort, _closed.Token);
            _toServer = new ProxyPipe(proxy, FaultDirections.ToServer, client, _server, _closed.Token);
            _toClient = new ProxyPipe(proxy, FaultDirections.ToClient, _server, client, _closed.Token);
            await Task.WhenAll(EndAsync(_toServer), EndAsync(_toClient));
            await _closed.CancelAsync();
            client.Dispose();
            _server.Dispose();
        }
        catch (Exception exception) when (LoopbackListener.IsEnd(exception))
        {
            Reset();
        }
    }

    public void HalfClose(FaultDirections directions)
    {
        if (directions.HasFlag(FaultDirections.ToServer))
        {
            _toServer?.HalfClose();
        }

        if (directions.HasFlag(FaultDirections.ToClient))
        {
            _toClient?.HalfClose();
        }
    }

    public void Reset()
    {
        _closed.Cancel();
        LoopbackListener.Reset(client);
        LoopbackListener.Reset(_server);
    }

    /// <summary>A direction that has broken off takes the other with it.</summary>
    private async Task EndAsync(ProxyPipe pipe)
    {
        try
        {
            await pipe.RunAsync();
        }
        catch (Exception exception) when (LoopbackListener.IsEnd(exception))
        {
            Reset();
        }
    }
}
