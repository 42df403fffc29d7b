namespace Larder.Store.Tests.Servers;

/// <summary>Where a cache keeps its entries.</summary>
public enum Backend
{
    Memory,

    /// <summary>One Redis, without copies in memory.</summary>
    Redis,

    /// <summary>One Redis, with copies in memory.</summary>
    Layered,

    /// <summary>A Redis Cluster, with copies in memory.</summary>
    Cluster,
}
