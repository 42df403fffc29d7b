using System.Globalization;

namespace Larder.Redis.Tests.Servers;

/// <summary>A primary and a replica under the watch of three Sentinels.</summary>
public sealed class RedisSentinel : IAsyncDisposable
{
    /// <summary>The name under which the Sentinels know the primary.</summary>
    public const string Name = "larder";

    private const int Count = 3;

    /// <summary>The user of the Sentinels that a cache needs, as in docs/guides/redis.md.</summary>
    private const string Watcher = "watcher on >watcher-secret &* -@all +hello +auth +ping +client|setname +sentinel +subscribe +psubscribe";

    private RedisSentinel(IReadOnlyList<RedisServer> servers, IReadOnlyList<RedisServer> sentinels) => (Servers, Sentinels) = (servers, sentinels);

    /// <summary>Both data nodes, whatever their roles are now.</summary>
    public IReadOnlyList<RedisServer> Servers { get; }

    public IReadOnlyList<RedisServer> Sentinels { get; }

    public static Task<RedisSentinel> StartAsync() => StartAsync(new(), new() { IsSentinel = true });

    /// <summary>
    /// Starts servers and Sentinels that demand passwords, and speak TLS with each other and at <see cref="RedisServer.TlsPort"/>. The Sentinels know the user
    /// <c>watcher</c>, password <c>watcher-secret</c>.
    /// </summary>
    public static Task<RedisSentinel> StartSecuredAsync()
    {
        var options = new RedisServerOptions { Tls = true, IsSecuredAmongServers = true, Password = TestUsers.Password };
        return StartAsync(options with { Users = [$"{TestUsers.Larder} +role"] }, options with { IsSentinel = true, Users = [Watcher] });
    }

    private static async Task<RedisSentinel> StartAsync(RedisServerOptions server, RedisServerOptions sentinelOptions)
    {
        var starts = new List<Task<RedisServer>> { RedisServer.StartAsync(server) };
        try
        {
            var primary = await starts[0];
            var certificates = server.Tls ? primary.Certificates : null;
            starts.Add(RedisServer.StartAsync(server with { Certificates = certificates, Settings = [$"replicaof 127.0.0.1 {PortOf(primary)}"] }));
            starts.AddRange(Enumerable.Range(0, Count).Select(_ => StartSentinelAsync(primary, sentinelOptions with { Certificates = certificates })));
            var servers = await Task.WhenAll(starts);
            var sentinel = new RedisSentinel(servers[..2], servers[2..]);
            await sentinel.WaitUntilCompleteAsync();
            return sentinel;
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

    /// <summary>Gets the server that a Sentinel calls the primary.</summary>
    public async Task<RedisServer> PrimaryAsync() => await PrimarySeenByAsync(Sentinels.First(sentinel => sentinel.IsRunning));

    /// <summary>Gets the data node that is not the primary.</summary>
    public async Task<RedisServer> ReplicaAsync() => Servers.Except([await PrimaryAsync()]).Single();

    /// <summary>Makes the replica the primary.</summary>
    /// <returns>The new primary.</returns>
    public async Task<RedisServer> FailoverAsync()
    {
        var replica = await ReplicaAsync();
        var sentinel = Sentinels.First(sentinel => sentinel.IsRunning);
        await Deadline.TrueAsync(async () =>
        {
            // A Sentinel says OK and gives up later when it finds the replica not good enough yet: then it is asked again.
            if (await PrimarySeenByAsync(sentinel) != replica && Field(await sentinel.ListAsync("SENTINEL", "MASTER", Name), "flags") == "master")
            {
                await sentinel.CommandAsync("SENTINEL", "FAILOVER", Name);
            }

            return await PrimarySeenByAsync(sentinel) == replica;
        });
        await WaitUntilPrimaryAsync(replica);
        return replica;
    }

    /// <summary>Waits until a server is the primary, and all Sentinels that run say so.</summary>
    public Task WaitUntilPrimaryAsync(RedisServer server) => Deadline.TrueAsync(
        async () =>
        {
            foreach (var sentinel in Sentinels.Where(sentinel => sentinel.IsRunning))
            {
                if (await PrimarySeenByAsync(sentinel) != server)
                {
                    return false;
                }
            }

            return await server.ListAsync("ROLE") is ["master", ..];
        },
        $"{server.EndPoint} is the primary");

    /// <summary>Starts what was killed, resumes what was paused, and waits until all is as after the start.</summary>
    public async Task HealAsync()
    {
        foreach (var server in Servers.Concat(Sentinels))
        {
            if (server.IsRunning)
            {
                server.Resume();
            }
            else
            {
                await server.RestartAsync();
            }
        }

        await WaitUntilCompleteAsync();
    }

    public async Task FlushAllAsync() => await (await PrimaryAsync()).FlushAllAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Sentinels.Concat(Servers))
        {
            await server.DisposeAsync();
        }
    }

    private static Task<RedisServer> StartSentinelAsync(RedisServer primary, RedisServerOptions options) => RedisServer.StartAsync(options with
    {
        Settings =
        [
            $"sentinel monitor {Name} 127.0.0.1 {PortOf(primary)} 2",
            $"sentinel down-after-milliseconds {Name} 1000",
            $"sentinel failover-timeout {Name} 2000",
            .. options.Password is { } password ? [$"sentinel auth-pass {Name} {password}", $"sentinel sentinel-pass {password}"] : Array.Empty<string>(),
        ],
    });

    /// <summary>The port at which servers know each other.</summary>
    private static int PortOf(RedisServer server) => server.TlsPort == 0 ? server.Port : server.TlsPort;

    private Task WaitUntilCompleteAsync() => Deadline.TrueAsync(
        async () =>
        {
            foreach (var sentinel in Sentinels)
            {
                if (!await IsCompleteAsync(sentinel))
                {
                    return false;
                }
            }

            var replica = await ReplicaAsync();
            return await replica.ListAsync("ROLE") is ["slave", _, _, "connected", _];
        },
        "the Sentinels know each other and the replica, which follows");

    private static async Task<bool> IsCompleteAsync(RedisServer sentinel)
    {
        var primary = await sentinel.ListAsync("SENTINEL", "MASTER", Name);
        var replicas = await sentinel.ListAsync("SENTINEL", "REPLICAS", Name);
        return Field(primary, "flags") == "master" && Field(primary, "num-other-sentinels") == (Count - 1).ToString(CultureInfo.InvariantCulture) &&
            replicas is [object?[] replica] && Field(replica, "flags") == "slave" && Field(replica, "master-link-status") == "ok";
    }

    private static string? Field(object?[] fields, string name) => (string?)fields[Array.IndexOf(fields, name) + 1];

    private async Task<RedisServer> PrimarySeenByAsync(RedisServer sentinel)
    {
        var address = await sentinel.ListAsync("SENTINEL", "GET-MASTER-ADDR-BY-NAME", Name);
        return Servers.Single(server => PortOf(server).ToString(CultureInfo.InvariantCulture) == (string?)address[1]);
    }
}
