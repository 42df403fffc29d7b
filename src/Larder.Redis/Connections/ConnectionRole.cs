namespace Larder.Redis.Connections;

/// <summary>What a connection of a server is used for.</summary>
internal enum ConnectionRole
{
    /// <summary>Reads, and the writes of loads, which must come in order with what the server says of changes.</summary>
    Reads,

    /// <summary>All other writes.</summary>
    Writes,

    /// <summary>Large values.</summary>
    Bulk,

    /// <summary>What waits for the server to do something.</summary>
    Aside,
}
