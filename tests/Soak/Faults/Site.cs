using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Soak.Faults;

/// <summary>The servers of a run, and how each process reaches them.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly RedisServer? _server;
    private readonly RedisSentinel? _sentinel;
    private readonly RedisCluster? _cluster;

    private Site(RedisServer? server, RedisSentinel? sentinel, RedisCluster? cluster, int proxies)
    {
        (_server, _sentinel, _cluster) = (server, sentinel, cluster);
        Proxies = [.. Enumerable.Range(0, proxies).Select(_ => new FaultProxy("127.0.0.1", Server.Port))];
    }

    /// <summary>The proxy of each process; none for a fault that needs none, because they cost time.</summary>
    public IReadOnlyList<FaultProxy> Proxies { get; }

    public RedisServer Server => _server ?? throw Missing(Topology.Standalone);

    public RedisSentinel Sentinel => _sentinel ?? throw Missing(Topology.Sentinel);

    public RedisCluster Cluster => _cluster ?? throw Missing(Topology.Cluster);

    /// <summary>The servers that hold data.</summary>
    public IReadOnlyList<RedisServer> DataServers => _server is not null ? [_server] : _sentinel?.Servers ?? Cluster.Nodes;

    public static async Task<Site> StartAsync(Topology topology, int proxies) => topology switch
    {
        Topology.Standalone => new Site(await RedisServer.StartAsync(), null, null, proxies),
        Topology.Sentinel => new Site(null, await RedisSentinel.StartAsync(), null, 0),
        _ => new Site(null, null, await RedisCluster.StartAsync(), 0),
    };

    /// <summary>Gets the connection string of a process.</summary>
    public string ConnectionOf(int process) => this switch
    {
        { Proxies.Count: > 0 } => Proxies[process % Proxies.Count].EndPoint,
        { _server: { } server } => server.EndPoint,
        { _sentinel: { } sentinel } => $"{string.Join(',', sentinel.Sentinels.Select(one => one.EndPoint))},serviceName={RedisSentinel.Name}",
        _ => string.Join(',', Cluster.Nodes.Select(node => node.EndPoint)),
    };

    /// <summary>The primaries that serve data now.</summary>
    public async Task<IReadOnlyList<RedisServer>> PrimariesAsync()
    {
        var primaries = new List<RedisServer>();
        foreach (var server in DataServers.Where(server => server.IsRunning))
        {
            if (await server.ListAsync("ROLE") is ["master", ..])
            {
                primaries.Add(server);
            }
        }

        return primaries;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in Proxies)
        {
            await proxy.DisposeAsync();
        }

        foreach (var servers in new IAsyncDisposable?[] { _server, _sentinel, _cluster })
        {
            if (servers is not null)
            {
                await servers.DisposeAsync();
            }
        }
    }

    private static InvalidOperationException Missing(Topology topology) => new($"The fault is for {topology}.");
}
