namespace Larder.Testing.Faults;

/// <summary>
/// A TCP proxy on the loopback that stands before a real server and does what networks do: it is slow, holds everything back, splits, closes
/// halfway, resets. Each fault can be switched at any time, from any thread, and applies to all connections.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ProxyGate _toServer = new();
    private readonly ProxyGate _toClient = new();
    private readonly LoopbackServer<ProxyConnection> _server;
    private long _latencyTicks;
    private long _bytesPerSecond;
    private long _bytesToServer;
    private long _bytesToClient;
    private long _droppedPushes;
    private int _clientResets;
    private int _pieceSize;
    private volatile bool _dropsPushes;

    /// <summary>Makes a proxy and lets it listen. The server is only called when a client comes.</summary>
    /// <param name="serverHost">The host of the server.</param>
    /// <param name="serverPort">The port of the server, 1 to 65535.</param>
    /// <param name="timeProvider">The time of <see cref="Latency"/> and <see cref="BytesPerSecond"/>. Default: the system's.</param>
    public FaultProxy(string serverHost, int serverPort, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(serverHost);
        ArgumentOutOfRangeException.ThrowIfLessThan(serverPort, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(serverPort, 65_535);
        (ServerHost, ServerPort, Time) = (serverHost, serverPort, timeProvider ?? TimeProvider.System);
        _server = new LoopbackServer<ProxyConnection>((socket, _) => new ProxyConnection(this, socket));
    }

    /// <summary>Gets the port at 127.0.0.1. It stays the same over <see cref="Stop"/> and <see cref="Start"/>.</summary>
    public int Port => _server.Port;

    /// <summary>Gets the address for clients, such as <c>127.0.0.1:20123</c>.</summary>
    public string EndPoint => _server.EndPoint;

    /// <summary>Gets or sets how much later bytes arrive, each way. Default: zero. What is under way keeps the latency with which it was sent.</summary>
    public TimeSpan Latency
    {
        get => new(Volatile.Read(ref _latencyTicks));
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            Volatile.Write(ref _latencyTicks, value.Ticks);
        }
    }

    /// <summary>Gets or sets how many bytes a second each connection carries, each way. Default: 0, no limit.</summary>
    public long BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Volatile.Write(ref _bytesPerSecond, value);
        }
    }

    /// <summary>
    /// Gets or sets how many bytes are sent at once, both ways: with 1 each byte is sent for itself. Default: 0, as they come. A receiver that
    /// is slower than the proxy still gets several at once.
    /// </summary>
    public int PieceSize
    {
        get => Volatile.Read(ref _pieceSize);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Volatile.Write(ref _pieceSize, value);
        }
    }

    /// <summary>
    /// Gets or sets whether the push frames of RESP3 are left out on their way to the client: invalidations, messages, and the confirmations of
    /// subscriptions. Default: false. A frame that has begun is not affected. Has no effect under TLS.
    /// </summary>
    public bool DropsPushes
    {
        get => _dropsPushes;
        set => _dropsPushes = value;
    }

    /// <summary>
    /// Gets or sets the directions in which nothing arrives. Connections stay open, and new ones are accepted. Default: none. What was sent
    /// into it, a close included, arrives when the direction is free again, as TCP would send it again; after a reset nobody does, and only the reset arrives.
    /// </summary>
    public FaultDirections BlackHole
    {
        get => (_toServer.IsOpen ? 0 : FaultDirections.ToServer) | (_toClient.IsOpen ? 0 : FaultDirections.ToClient);
        set
        {
            lock (_gate)
            {
                _toServer.Set(!value.HasFlag(FaultDirections.ToServer));
                _toClient.Set(!value.HasFlag(FaultDirections.ToClient));
            }
        }
    }

    /// <summary>Gets how many connections are open.</summary>
    public int OpenConnections => _server.Connections().Length;

    /// <summary>Gets how many connections there have been.</summary>
    public int AcceptedConnections => _server.Accepted;

    /// <summary>Gets how many bytes the server was sent.</summary>
    public long BytesToServer => Volatile.Read(ref _bytesToServer);

    /// <summary>Gets how many bytes the clients were sent.</summary>
    public long BytesToClient => Volatile.Read(ref _bytesToClient);

    /// <summary>Gets how many push frames were left out.</summary>
    public long DroppedPushes => Volatile.Read(ref _droppedPushes);

    /// <summary>Gets how many connections their clients have reset, in place of ending them in order.</summary>
    public int ClientResets => Volatile.Read(ref _clientResets);

    internal string ServerHost { get; }

    internal int ServerPort { get; }

    internal TimeProvider Time { get; }

    /// <summary>Resets the connections that are open now, on both sides.</summary>
    public void Reset() => _server.Reset();

    /// <summary>Ends one direction of the connections that are open now, in order; the other stays open.</summary>
    /// <param name="directions">With <see cref="FaultDirections.ToClient"/> the clients see the end, and what they send still arrives.</param>
    public void HalfClose(FaultDirections directions) => Array.ForEach(_server.Connections(), connection => connection.HalfClose(directions));

    /// <summary>Resets all connections and refuses new ones, as a host does whose server is down.</summary>
    public void Stop() => _server.Stop();

    /// <summary>Listens again at the same port; without effect if it does.</summary>
    public void Start() => _server.Start();

    /// <summary>Stops the proxy for good.</summary>
    /// <returns>The completion.</returns>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    internal ProxyGate Gate(FaultDirections direction) => direction == FaultDirections.ToServer ? _toServer : _toClient;

    internal void Count(FaultDirections direction, int bytes) =>
        Interlocked.Add(ref direction == FaultDirections.ToServer ? ref _bytesToServer : ref _bytesToClient, bytes);

    internal void CountClientReset() => Interlocked.Increment(ref _clientResets);

    internal void CountDroppedPush() => Interlocked.Increment(ref _droppedPushes);
}
