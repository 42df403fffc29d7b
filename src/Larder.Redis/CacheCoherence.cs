namespace Larder.Redis;

/// <summary>What is promised of reads in other processes once an invalidation has returned.</summary>
public enum CacheCoherence
{
    /// <summary>
    /// Other processes drop their copies when the server tells them, in about a millisecond; while connections are disturbed they may use them for
    /// <see cref="RedisOptions.TrustPeriod"/>. While Redis is away, invalidations are done later.
    /// </summary>
    Default,

    /// <summary>
    /// When a set, a removal or another invalidation has returned, no process of this cache serves the earlier value, whatever fails: all have said so, or have lost the right to use their
    /// copies. What cannot be promised throws. It costs a message to each process and back for each change, and for a process that does not answer as long as
    /// <see cref="RedisOptions.TrustPeriod"/>. Values are not used across a restart or failover of the server. For one server or Sentinels; not for Cluster.
    /// </summary>
    Strict,
}
