using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Soak.Faults;

/// <summary>The faults of the matrix.</summary>
internal static class FaultPlans
{
    private static readonly Topology[] Everywhere = [Topology.Standalone, Topology.Sentinel, Topology.Cluster];

    private static IReadOnlyList<FaultPlan> All { get; } =
    [
        new("none", TimeSpan.Zero, _ => Task.CompletedTask) { IsFault = false, Topologies = Everywhere },
        new("kill", TimeSpan.FromSeconds(3), KillAsync),
        new("restore", TimeSpan.FromSeconds(4), RestoreAsync),
        new("stop", TimeSpan.FromSeconds(6), StopAsync) { Topologies = [Topology.Standalone, Topology.Cluster] },
        new("partition", TimeSpan.FromSeconds(6), PartitionAsync) { NeedsProxies = true },
        new("resets", TimeSpan.FromSeconds(6), ResetsAsync) { NeedsProxies = true },
        new("half-open", TimeSpan.FromSeconds(6), HalfOpenAsync) { NeedsProxies = true },
        new("latency", TimeSpan.FromSeconds(6), LatencyAsync) { NeedsProxies = true },
        new("kill-tracking", TimeSpan.FromSeconds(6), KillTrackingAsync) { Topologies = Everywhere },
        new("readonly", TimeSpan.FromSeconds(4), ReadOnlyAsync),
        new("oom", TimeSpan.FromSeconds(4), OutOfMemoryAsync),
        new("noperm", TimeSpan.FromSeconds(4), NoPermissionAsync),
        new("stop-client", TimeSpan.FromSeconds(5), StopClientAsync) { Topologies = Everywhere },
        new("failover", TimeSpan.FromSeconds(4), FailoverAsync) { Topologies = [Topology.Sentinel, Topology.Cluster] },
        new("kill-primary", TimeSpan.FromSeconds(4), KillPrimaryAsync) { Topologies = [Topology.Sentinel, Topology.Cluster] },
    ];

    /// <summary>Gets the faults that servers of a kind can have.</summary>
    public static IReadOnlyList<FaultPlan> Of(Topology topology) => [.. All.Where(plan => plan.Topologies.Contains(topology))];

    public static FaultPlan Named(string name, Topology topology = Topology.Standalone) =>
        Of(topology).FirstOrDefault(plan => plan.Name == name) ??
        throw new ArgumentException($"There is no fault '{name}' of {topology}; there are {string.Join(", ", Of(topology).Select(plan => plan.Name))}.", nameof(name));

    private static async Task KillAsync(Stage stage)
    {
        await stage.Site.Server.KillAsync();
        await stage.WaitAsync();
        await stage.Site.Server.RestartAsync();
    }

    /// <summary>Killed, and restarted with what it held some time before: invalidated values are back.</summary>
    private static async Task RestoreAsync(Stage stage)
    {
        await stage.Site.Server.CommandAsync("SAVE");
        await stage.WaitAsync(0.5);
        await stage.Site.Server.KillAsync();
        await stage.WaitAsync(0.5);
        await stage.Site.Server.RestartAsync();
    }

    private static async Task StopAsync(Stage stage)
    {
        var server = (await stage.Site.PrimariesAsync())[0];
        server.Pause();
        await stage.WaitAsync();
        server.Resume();
    }

    private static Task PartitionAsync(Stage stage) => WithoutAsync(stage, stage.Site.Proxies.Take(1), FaultDirections.Both);

    /// <summary>The server still hears the processes, and they hear nothing.</summary>
    private static Task HalfOpenAsync(Stage stage) => WithoutAsync(stage, stage.Site.Proxies, FaultDirections.ToClient);

    private static async Task WithoutAsync(Stage stage, IEnumerable<FaultProxy> some, FaultDirections directions)
    {
        var proxies = some.ToList();
        proxies.ForEach(proxy => proxy.BlackHole = directions);
        await stage.WaitAsync();
        proxies.ForEach(proxy => proxy.BlackHole = default);
    }

    private static async Task ResetsAsync(Stage stage)
    {
        for (var i = 0; i < 4; i++)
        {
            foreach (var proxy in stage.Site.Proxies)
            {
                proxy.Reset();
            }

            await stage.WaitAsync(0.25);
        }
    }

    private static async Task LatencyAsync(Stage stage)
    {
        foreach (var proxy in stage.Site.Proxies)
        {
            proxy.Latency = TimeSpan.FromMilliseconds(100);
        }

        await stage.WaitAsync();
        foreach (var proxy in stage.Site.Proxies)
        {
            proxy.Latency = TimeSpan.Zero;
        }
    }

    /// <summary>Ends the connections that get pushes: those with tracking or subscriptions; all of the processes' where there are none.</summary>
    private static async Task KillTrackingAsync(Stage stage)
    {
        for (var i = 0; i < 4; i++)
        {
            foreach (var server in await stage.Site.PrimariesAsync())
            {
                await KillPushedConnectionsAsync(server);
            }

            await stage.WaitAsync(0.25);
        }
    }

    private static async Task KillPushedConnectionsAsync(RedisServer server)
    {
        using var connection = await server.ConnectAsync();
        var own = (long)(await connection.CommandAsync("CLIENT", "ID"))!;
        var clients = ((string)(await connection.CommandAsync("CLIENT", "LIST"))!).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ').Select(field => field.Split('=', 2)).Where(field => field.Length == 2).ToDictionary(field => field[0], field => field[1]))
            .Where(client => client["id"] != own.ToString(System.Globalization.CultureInfo.InvariantCulture) && client["flags"].IndexOfAny(['M', 'S']) < 0)
            .ToList();
        var pushed = clients.Where(client => client["flags"].IndexOfAny(['t', 'P']) >= 0).ToList();
        foreach (var client in pushed.Count > 0 ? pushed : clients)
        {
            await connection.CommandAsync("CLIENT", "KILL", "ID", client["id"]);
        }
    }

    private static async Task ReadOnlyAsync(Stage stage)
    {
        // A replica of nobody: it keeps what it has and refuses writes.
        await stage.Site.Server.CommandAsync("REPLICAOF", "127.0.0.1", "1");
        await stage.WaitAsync();
        await stage.Site.Server.CommandAsync("REPLICAOF", "NO", "ONE");
    }

    private static async Task OutOfMemoryAsync(Stage stage)
    {
        await stage.Site.Server.CommandAsync("CONFIG", "SET", "maxmemory", "1");
        await stage.WaitAsync();
        await stage.Site.Server.CommandAsync("CONFIG", "SET", "maxmemory", "0");
    }

    private static async Task NoPermissionAsync(Stage stage)
    {
        await stage.Site.Server.CommandAsync("ACL", "SETUSER", "default", "-@write");
        await stage.WaitAsync();
        await stage.Site.Server.CommandAsync("ACL", "SETUSER", "default", "+@all");
    }

    private static async Task StopClientAsync(Stage stage)
    {
        stage.Workers[0].Pause();
        await stage.WaitAsync();
        stage.Workers[0].Resume();
    }

    private static async Task FailoverAsync(Stage stage)
    {
        if (stage.Site.DataServers.Count == 2)
        {
            await stage.Site.Sentinel.FailoverAsync();
        }
        else
        {
            await stage.Site.Cluster.FailoverAsync(await stage.Site.Cluster.PrimaryOfAsync("row:1:10"));
        }
    }

    private static async Task KillPrimaryAsync(Stage stage)
    {
        if (stage.Site.DataServers.Count == 2)
        {
            var (primary, replica) = (await stage.Site.Sentinel.PrimaryAsync(), await stage.Site.Sentinel.ReplicaAsync());
            await primary.KillAsync();
            await stage.Site.Sentinel.WaitUntilPrimaryAsync(replica);
            await stage.WaitAsync(0.25);
            await stage.Site.Sentinel.HealAsync();
        }
        else
        {
            var primary = await stage.Site.Cluster.PrimaryOfAsync("row:1:10");
            var replica = await stage.Site.Cluster.ReplicaOfAsync(primary);
            await primary.KillAsync();
            await stage.Site.Cluster.WaitUntilPrimaryAsync(replica);
            await stage.WaitAsync(0.25);
            await stage.Site.Cluster.HealAsync();
        }
    }
}
