namespace Larder.Redis.Tests.Servers;

/// <summary>A Redis Cluster of three primaries with a replica each.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Primaries = 3;
    private static readonly TimeSpan ManualFailoverTimeout = TimeSpan.FromSeconds(5.5);

    private RedisCluster(IReadOnlyList<RedisServer> nodes) => Nodes = nodes;

    /// <summary>All six, whatever their roles are now.</summary>
    public IReadOnlyList<RedisServer> Nodes { get; }

    private IEnumerable<RedisServer> Running => Nodes.Where(node => node.IsRunning);

    public static Task<RedisCluster> StartAsync() => StartAsync(new() { IsClusterNode = true });

    /// <summary>Starts one whose nodes demand passwords, and speak TLS with each other and at <see cref="RedisServer.TlsPort"/>.</summary>
    public static Task<RedisCluster> StartSecuredAsync() => StartAsync(new()
    {
        IsClusterNode = true,
        Tls = true,
        IsSecuredAmongServers = true,
        Password = TestUsers.Password,
        Users = [$"{TestUsers.Larder} +cluster|slots +cluster|nodes +readonly +asking +spublish +ssubscribe +sunsubscribe"],
    });

    private static async Task<RedisCluster> StartAsync(RedisServerOptions options)
    {
        var redisCli = Programs.Require("redis-cli", "redis-tools");
        var starts = new List<Task<RedisServer>> { RedisServer.StartAsync(options) };
        try
        {
            var first = await starts[0];
            starts.AddRange(Enumerable.Range(1, (2 * Primaries) - 1).Select(_ => RedisServer.StartAsync(options with { Certificates = options.Tls ? first.Certificates : null })));
            var cluster = new RedisCluster(await Task.WhenAll(starts));
            string[] login = options.Password is { } password ? ["-a", password, "--no-auth-warning"] : [];
            await Programs.RunAsync(
                redisCli, [.. login, "--cluster", "create", .. cluster.Nodes.Select(node => node.EndPoint), "--cluster-replicas", "1", "--cluster-yes"]);
            await cluster.WaitUntilCompleteAsync();
            return cluster;
        }
        catch
        {
            foreach (var start in starts.Where(start => start.IsCompletedSuccessfully))
            {
                await (await start).DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Gets the node that serves the slot of a key.</summary>
    public async Task<RedisServer> PrimaryOfAsync(string key)
    {
        var any = Running.First();
        var slot = (long)(await any.CommandAsync("CLUSTER", "KEYSLOT", key))!;
        foreach (var range in await SlotsAsync(any))
        {
            if (range.First <= slot && slot <= range.Last)
            {
                return NodeAt(range.PrimaryPort);
            }
        }

        throw new InvalidOperationException($"No node serves slot {slot} of key {key}.");
    }

    /// <summary>Gets the replica of a primary.</summary>
    public async Task<RedisServer> ReplicaOfAsync(RedisServer primary) =>
        await primary.ListAsync("ROLE") is [_, _, object?[] and [object?[] replica, ..]]
            ? NodeAt(long.Parse((string)replica[1]!))
            : throw new InvalidOperationException($"{primary.EndPoint} has no replica.");

    /// <summary>Hands the slots of a primary over to its replica, without loss.</summary>
    /// <returns>The new primary.</returns>
    public async Task<RedisServer> FailoverAsync(RedisServer primary)
    {
        var replica = await ReplicaOfAsync(primary);
        long? asked = null;
        await Deadline.TrueAsync(async () =>
        {
            // Primaries that voted about these slots a moment ago do not vote again: the replica gives up in silence, and is asked again.
            if (asked is null || TimeProvider.System.GetElapsedTime(asked.Value) > ManualFailoverTimeout)
            {
                asked = TimeProvider.System.GetTimestamp();
                await replica.CommandAsync("CLUSTER", "FAILOVER");
            }

            // On a busy machine the servers may take each other for dead meanwhile, and take the slots away again.
            return await replica.ListAsync("ROLE") is ["master", ..] && await AllSeeAsync(replica);
        });
        return replica;
    }

    /// <summary>Waits until a replica has become the primary, and all nodes that run know it.</summary>
    public async Task WaitUntilPrimaryAsync(RedisServer replica)
    {
        await Deadline.TrueAsync(async () => await replica.ListAsync("ROLE") is ["master", ..], $"{replica.EndPoint} is a primary");
        await Deadline.TrueAsync(() => AllSeeAsync(replica), $"all servers know that {replica.EndPoint} is a primary");
    }

    private Task<bool> AllSeeAsync(RedisServer primary) => AllAsync(Running, async node =>
        await IsOkAsync(node) && await PrimariesSeenByAsync(node) is var seen && (seen.Contains(primary.Port) || seen.Contains(primary.TlsPort)) && seen.Count == Primaries);

    /// <summary>Starts what was killed, resumes what was paused, and waits until the cluster is whole again.</summary>
    public async Task HealAsync()
    {
        foreach (var node in Nodes)
        {
            if (node.IsRunning)
            {
                node.Resume();
            }
            else
            {
                await node.RestartAsync();
            }
        }

        await WaitUntilCompleteAsync();
    }

    public async Task FlushAllAsync()
    {
        foreach (var port in await PrimariesSeenByAsync(Running.First()))
        {
            await NodeAt(port).FlushAllAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    private Task WaitUntilCompleteAsync() => Deadline.TrueAsync(
        () => AllAsync(Nodes, async node => await IsOkAsync(node) && (await PrimariesSeenByAsync(node)).Count == Primaries && await IsReplicatedAsync(node)),
        "all nodes of the cluster agree, and all replicas follow");

    private static async Task<bool> AllAsync(IEnumerable<RedisServer> nodes, Func<RedisServer, Task<bool>> condition)
    {
        foreach (var node in nodes)
        {
            if (!await condition(node))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> IsOkAsync(RedisServer node) =>
        (string)(await node.CommandAsync("CLUSTER", "INFO"))! is var info &&
        info.Contains("cluster_state:ok") && info.Contains("cluster_slots_ok:16384") && info.Contains($"cluster_known_nodes:{2 * Primaries}");

    private static async Task<bool> IsReplicatedAsync(RedisServer node) => await node.ListAsync("ROLE") switch
    {
        ["master", _, object?[] replicas] => replicas.Length == 1,
        ["slave", _, _, string state, _] => state == "connected",
        _ => false,
    };

    private static async Task<HashSet<long>> PrimariesSeenByAsync(RedisServer node) =>
        [.. (await SlotsAsync(node)).Select(range => range.PrimaryPort)];

    private static async Task<IEnumerable<(long First, long Last, long PrimaryPort)>> SlotsAsync(RedisServer node) =>
        (await node.ListAsync("CLUSTER", "SLOTS")).Cast<object?[]>().Select(range => ((long)range[0]!, (long)range[1]!, (long)((object?[])range[2]!)[1]!));

    private RedisServer NodeAt(long port) => Nodes.Single(node => node.Port == port || node.TlsPort == port);
}
