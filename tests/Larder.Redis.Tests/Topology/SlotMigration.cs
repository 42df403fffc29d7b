using System.Globalization;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Topology;

/// <summary>Moves a slot from one primary to another, in the steps of redis-cli --cluster reshard.</summary>
internal sealed class SlotMigration(RedisCluster cluster, int slot, RedisServer source, RedisServer target)
{
    private readonly string _slot = slot.ToString(CultureInfo.InvariantCulture);

    /// <summary>From now on the source sends for keys that it does not have to the target.</summary>
    public async Task BeginAsync()
    {
        await target.CommandAsync("CLUSTER", "SETSLOT", _slot, "IMPORTING", await IdOfAsync(source));
        await source.CommandAsync("CLUSTER", "SETSLOT", _slot, "MIGRATING", await IdOfAsync(target));
    }

    /// <summary>Moves the keys that are there, one by one.</summary>
    public async Task MoveKeysAsync()
    {
        while (await source.ListAsync("CLUSTER", "GETKEYSINSLOT", _slot, "1") is [string key])
        {
            Assert.Equal("OK", await source.CommandAsync("MIGRATE", "127.0.0.1", target.Port.ToString(CultureInfo.InvariantCulture), key, "0", "5000"));
        }
    }

    /// <summary>Gives the slot to the target.</summary>
    public async Task EndAsync()
    {
        var id = await IdOfAsync(target);
        await target.CommandAsync("CLUSTER", "SETSLOT", _slot, "NODE", id);
        await source.CommandAsync("CLUSTER", "SETSLOT", _slot, "NODE", id);
        await Deadline.TrueAsync(async () =>
        {
            foreach (var node in cluster.Nodes)
            {
                var line = ((string)(await node.CommandAsync("CLUSTER", "NODES"))!).Split('\n').Single(line => line.StartsWith(id, StringComparison.Ordinal));
                if (!line.Split(' ').Skip(8).Any(Holds))
                {
                    return false;
                }
            }

            return true;
        });
    }

    public async Task RunAsync()
    {
        await BeginAsync();
        await MoveKeysAsync();
        await EndAsync();
    }

    private static async Task<string> IdOfAsync(RedisServer server) => (string)(await server.CommandAsync("CLUSTER", "MYID"))!;

    private bool Holds(string range)
    {
        var ends = range.Split('-');
        return !range.StartsWith('[') && int.Parse(ends[0], CultureInfo.InvariantCulture) <= slot && slot <= int.Parse(ends[^1], CultureInfo.InvariantCulture);
    }
}
