using System.Net;
using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>What a client of a Redis Cluster must know.</summary>
internal sealed record ClusterSettings
{
    /// <summary>Servers of the cluster that are asked for all others; one that can be reached is enough. Host names are resolved anew each time.</summary>
    public required IReadOnlyList<EndPoint> Seeds { get; init; }

    /// <summary>How all servers are connected to; the address is each server's own.</summary>
    public required ConnectionSettings Connection { get; init; }

    /// <summary>From which length in bytes on values get a connection of their own.</summary>
    public int BulkThreshold { get; init; } = 256 * 1024;

    /// <summary>Whether reads go to replicas, which may be behind: then a caller may not read what it has just written.</summary>
    public bool ReadsFromReplicas { get; init; }

    /// <summary>How often the cluster is asked who serves what, though nothing gives a reason to ask. Default: 30 s.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(30);
}
