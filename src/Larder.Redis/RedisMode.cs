namespace Larder.Redis;

/// <summary>How the servers of a cache belong together.</summary>
public enum RedisMode
{
    /// <summary>As the servers say: Sentinel if <see cref="RedisOptions.SentinelServiceName"/> is set, otherwise a cluster if they are one, otherwise a single server.</summary>
    Auto,

    /// <summary>One server that holds all keys.</summary>
    Standalone,

    /// <summary>A Redis Cluster. The endpoints are some of its nodes; the others are found.</summary>
    Cluster,

    /// <summary>A primary with replicas, watched by sentinels. The endpoints are the sentinels.</summary>
    Sentinel,
}
