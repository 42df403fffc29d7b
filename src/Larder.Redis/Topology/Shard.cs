using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>Servers of a cluster that hold the same slots.</summary>
/// <param name="Primary">Takes the writes.</param>
/// <param name="Replicas">Follow it, and may be a little behind.</param>
internal sealed record Shard(RedisNode Primary, RedisNode[] Replicas)
{
    /// <summary>Chooses who is asked for reads of a slot: always the same replica, unless it is away.</summary>
    public RedisNode Reader(int slot)
    {
        if (Replicas.Length == 0)
        {
            return Primary;
        }

        var replica = Replicas[slot % Replicas.Length];
        return replica is { Breaker.IsClosed: true, Reads: null or { IsReady: true }, Hesitation.IsRecent: false } ? replica : Primary;
    }
}
