namespace Larder.Redis.Connections;

/// <summary>What a server said of itself in the handshake.</summary>
/// <param name="Protocol">The version of RESP that is spoken: 2 or 3.</param>
/// <param name="ClientId">The number of the connection on the server; zero when it is not known.</param>
/// <param name="Version">The version of the server; <see langword="null"/> when it is not known.</param>
/// <param name="IsReplica">Whether it said that it is a replica.</param>
/// <param name="IsCluster">Whether it said that it is one of a cluster.</param>
/// <param name="IsTracked">Whether it tells on this connection what changes.</param>
/// <param name="RunId">What the process of the server is called, another one after each start; <see langword="null"/> when it is not known.</param>
/// <param name="HasData">Whether it may have begun with data from before its start.</param>
/// <param name="ReplicationId">What the history of its data is called, another one after each promotion; <see langword="null"/> when it is not known.</param>
internal readonly record struct ServerInfo(
    int Protocol, long ClientId, string? Version, bool IsReplica, bool IsCluster = false, bool IsTracked = false, string? RunId = null, string? ReplicationId = null, bool HasData = true)
{
    /// <summary>Reads a field of what INFO answers.</summary>
    public static string? FieldOf(string info, string name) =>
        info.Split('\n').FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();
}
