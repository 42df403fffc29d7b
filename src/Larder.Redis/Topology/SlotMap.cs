using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>Who serves each slot of a cluster. Replaced as a whole; single slots are corrected where a server says so.</summary>
internal sealed class SlotMap
{
    private readonly Shard?[] _slots = new Shard?[KeySlot.Count];

    private SlotMap(Shard[] shards) => Shards = shards;

    /// <summary>Gets the servers as they were when the map was made; at least one shard.</summary>
    public IReadOnlyList<Shard> Shards { get; }

    public IEnumerable<RedisNode> Nodes => Shards.SelectMany(shard => shard.Replicas.Prepend(shard.Primary));

    /// <summary>Gets who serves a slot; <see langword="null"/> for nobody.</summary>
    public Shard? this[int slot] => Volatile.Read(ref _slots[slot]);

    /// <summary>Makes a map of what a server answered.</summary>
    /// <param name="ranges">The answer.</param>
    /// <param name="node">Finds a server by its address, or makes it.</param>
    /// <returns>The map; <see langword="null"/> when nobody serves anything.</returns>
    public static SlotMap? Of(IReadOnlyList<SlotRange> ranges, Func<System.Net.EndPoint, RedisNode> node)
    {
        var shards = new Dictionary<RedisNode, Shard>();
        foreach (var range in ranges)
        {
            var primary = node(range.Primary);
            shards.TryAdd(primary, new Shard(primary, [.. range.Replicas.Select(node)]));
        }

        if (shards.Count == 0)
        {
            return null;
        }

        var map = new SlotMap([.. shards.Values]);
        foreach (var range in ranges)
        {
            map._slots.AsSpan(range.First, range.Last - range.First + 1).Fill(shards[node(range.Primary)]);
        }

        return map;
    }

    /// <summary>Takes note that a slot is served by another server.</summary>
    public void Move(int slot, RedisNode primary) =>
        Volatile.Write(ref _slots[slot], Shards.FirstOrDefault(shard => shard.Primary == primary) ?? new Shard(primary, []));
}
