namespace Larder.Testing.Faults;

/// <summary>A connection that a <see cref="LoopbackServer{T}"/> has accepted.</summary>
internal interface ILoopbackConnection
{
    bool IsOpen { get; }

    /// <summary>Serves the connection until it ends.</summary>
    Task RunAsync();

    void Reset();
}
