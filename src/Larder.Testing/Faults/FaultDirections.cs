namespace Larder.Testing.Faults;

/// <summary>The ways through a <see cref="FaultProxy"/>.</summary>
[Flags]
public enum FaultDirections
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>From the client to the server.</summary>
    ToServer = 1,

    /// <summary>From the server to the client.</summary>
    ToClient = 2,

    /// <summary>Both.</summary>
    Both = ToServer | ToClient,
}
