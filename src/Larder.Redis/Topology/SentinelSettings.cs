using System.Net;
using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>What a client of servers under the watch of Sentinels must know.</summary>
internal sealed record SentinelSettings
{
    /// <summary>The name under which the Sentinels know the primary.</summary>
    public required string Service { get; init; }

    /// <summary>Sentinels; one that can be reached is enough, it tells the others.</summary>
    public required IReadOnlyList<EndPoint> Sentinels { get; init; }

    /// <summary>How the servers are connected to; the address is what the Sentinels say.</summary>
    public required ConnectionSettings Connection { get; init; }

    /// <summary>How the Sentinels are connected to: they have users and passwords of their own.</summary>
    public required ConnectionSettings SentinelConnection { get; init; }

    /// <summary>From which length in bytes on values get a connection of their own.</summary>
    public int BulkThreshold { get; init; } = 256 * 1024;

    /// <summary>
    /// How often a Sentinel is asked for the primary, though nothing gives a reason to ask: a primary that the others have lost, and this process has not,
    /// is used no longer than that. Default: 2 s.
    /// </summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(2);
}
