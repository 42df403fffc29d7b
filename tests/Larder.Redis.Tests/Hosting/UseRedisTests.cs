using System.Net;
using System.Net.Sockets;
using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Redis.Tests.Hosting;

/// <summary>What UseRedis does in a host.</summary>
public sealed class UseRedisTests(SharedServers servers)
{
    [Fact]
    [Ledger(2, 10)]
    public async Task Two_hosts_with_one_connection_string_share_their_entries()
    {
        var server = await servers.Standalone.GetAsync();
        (string, string?)[] settings = [("Larder:Redis:ConnectionString", $"redis://{server.EndPoint}?commandTimeout=20s"), ("Larder:Prefix", RedisSetup.Prefix())];
        using var one = RedisSetup.Host(larder => larder.UseRedis(), settings: settings);
        using var other = RedisSetup.Host(larder => larder.UseRedis(), settings: settings);
        await one.StartAsync();

        await one.Cache().SetAsync("key", 42);

        Assert.Equal(42, (await other.Cache().GetAsync<int>("key")).Value);
        await one.Cache().ClearAsync();
    }

    [Fact]
    [Ledger(6, 10)]
    public async Task Without_a_connection_string_the_cache_is_in_memory_and_the_log_says_so()
    {
        using var log = new LogLines();
        using var host = RedisSetup.Host(larder => larder.UseRedis(), log);
        await host.StartAsync();

        await host.Cache().SetAsync("key", 42);

        Assert.Equal(42, (await host.Cache().GetAsync<int>("key")).Value);
        var line = Assert.Single(log.OfLarder);
        Assert.Contains("Information 1: Cache 'default' uses memory", line, StringComparison.Ordinal);
        Assert.Contains("Larder:Redis:ConnectionString is not set", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_names_the_server()
    {
        using var log = new LogLines();
        using var host = RedisSetup.Host(larder => larder.UseRedis("redis://:hunter2@localhost:1"), log);
        await host.StartAsync();

        _ = host.Cache();

        Assert.Contains("'default' uses Redis at localhost:1: its settings name Redis", Assert.Single(log.OfLarder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop", null, 0)]
    [InlineData(null, null, 0)]
    [InlineData(null, "shop", 1)]
    public async Task Two_names_with_one_prefix_are_warned_of(string? prefixOfOne, string? prefixOfAll, int warnings)
    {
        using var log = new LogLines();
        using var host = RedisSetup.Host(
            larder => larder.UseRedis("redis://localhost:1")
                .AddCache("products", options => options.Prefix = prefixOfOne ?? options.Prefix)
                .AddCache("sessions", options => options.UseRedis(redis => redis.CommandTimeout = TimeSpan.FromSeconds(1)))
                .AddCache("elsewhere", options => options.UseRedis(redis => redis.Database = 1)),
            log,
            ("Larder:Prefix", prefixOfAll));
        await host.StartAsync();

        _ = (host.Cache("products"), host.Cache("sessions"), host.Cache("elsewhere"), host.Cache("products"));

        var lines = log.OfLarder.Where(line => line.StartsWith("Larder.Redis Warning 106", StringComparison.Ordinal)).ToArray();
        Assert.Equal(warnings, lines.Length);
        Assert.All(lines, line => Assert.Contains("The caches 'products' and 'sessions' have the same prefix, 'shop',", line, StringComparison.Ordinal));
    }

    [Fact]
    [Ledger(3, 167)]
    public async Task A_host_starts_though_nothing_listens_and_reads_are_misses()
    {
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://127.0.0.1:{Ports.Next()}?commandTimeout=20s").AddCache("strict", options => options.UseRedis(redis => redis.Strict = true)));

        await host.StartAsync();

        Assert.False((await host.Cache().GetAsync<int>("key")).HasValue);
        Assert.Equal(7, await host.Cache().GetOrCreateAsync("key", _ => new ValueTask<int>(7)));
        Assert.False(await host.Cache().ExistsAsync("key"));
        await Assert.ThrowsAsync<CacheConnectionException>(() => host.Cache("strict").SetAsync("key", 1).AsTask());
        await Assert.ThrowsAsync<CacheConnectionException>(() => host.Cache("strict").GetAsync<int>("key").AsTask());
        await Assert.ThrowsAsync<CacheConnectionException>(() => host.Cache("strict").ExistsAsync("key").AsTask());
        await Assert.ThrowsAsync<CacheConnectionException>(() => host.Cache("strict").GetOrCreateAsync("key", _ => new ValueTask<int>(7)).AsTask());
    }

    [Fact]
    public async Task Starting_waits_for_Redis_if_that_is_asked_for()
    {
        await using var server = await RedisServer.StartAsync();
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://{server.EndPoint}?connectOnStart=true&clientName=starter"));

        await host.StartAsync();

        Assert.Equal(2, await ConnectionsAsync(server, "starter"));
    }

    [Fact]
    [Ledger(3)]
    public async Task A_server_that_is_not_there_keeps_a_host_from_starting_if_that_is_asked_for()
    {
        var port = Ports.Next();
        using var host = RedisSetup.Host(larder => larder.AddCache("a").UseRedis($"redis://app:hunter2@127.0.0.1:{port}?connectOnStart=true"));

        var exception = await Assert.ThrowsAsync<CacheConnectionException>(() => host.StartAsync());

        Assert.Contains("Larder cache 'a' is to connect at the start (Redis.ConnectOnStart), and cannot", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "S21")]
    public async Task A_login_that_is_refused_keeps_a_host_from_starting_and_the_message_says_where_to_look()
    {
        var server = await servers.Secured.GetAsync();
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://larder:hunter2@127.0.0.1:{server.Port}?connectOnStart=true"));

        var exception = await Assert.ThrowsAsync<CacheConnectionException>(() => host.StartAsync());

        Assert.Contains("WRONGPASS", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Check User, Password", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_is_switched_off_connects_to_nothing()
    {
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://127.0.0.1:{Ports.Next()}?connectOnStart=true"), settings: [("Larder:Enabled", "false")]);

        await host.StartAsync();

        Assert.False(await host.Cache().ExistsAsync("key"));
    }

    [Fact]
    public async Task Caches_with_the_same_settings_share_their_connections_and_the_last_one_closes_them()
    {
        await using var server = await RedisServer.StartAsync();
        using (var host = RedisSetup.Host(larder => larder
            .UseRedis($"redis://{server.EndPoint}?commandTimeout=20s&clientName=sharing")
            .AddCache("a", options => options.UseRedis(redis => redis.MaxValueBytes = 2048))
            .AddCache("b")
            .AddCache("c", options => options.UseRedis(redis => redis.ClientName = "alone"))))
        {
            var caches = new[] { host.Cache(), host.Cache("a"), host.Cache("b"), host.Cache("c") };
            foreach (var cache in caches)
            {
                await cache.SetAsync("key", 1);
                Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
            }

            Assert.Equal((2, 2), (await ConnectionsAsync(server, "sharing"), await ConnectionsAsync(server, "alone")));
            await caches[0].DisposeAsync();
            Assert.Equal(1, (await caches[1].GetAsync<int>("key")).Value);
            Assert.Equal(2, await ConnectionsAsync(server, "sharing"));
            await caches[1].DisposeAsync();
            await caches[2].DisposeAsync();
            await Deadline.TrueAsync(async () => await ConnectionsAsync(server, "sharing") == 0);
            Assert.Equal(1, (await caches[3].GetAsync<int>("key")).Value);
        }

        await Deadline.TrueAsync(async () => await ConnectionsAsync(server, "alone") == 0);
    }

    [Fact]
    public async Task A_cache_that_is_made_after_the_last_one_was_disposed_gets_connections_of_its_own()
    {
        var server = await servers.Standalone.GetAsync();
        var prefix = RedisSetup.Prefix();
        for (var round = 0; round < 3; round++)
        {
            await using var cache = await Cache.ConnectAsync($"redis://{server.EndPoint}?commandTimeout=20s&clientName=rounds", options => options.Prefix = prefix);
            await cache.SetAsync("key", round);
            Assert.Equal(round, (await cache.GetAsync<int>("key")).Value);
        }
    }

    [Fact]
    public async Task A_Unix_socket_is_a_way_too()
    {
        var server = await servers.Standalone.GetAsync();
        await using var cache = await Cache.ConnectAsync($"unix://{server.UnixSocketPath}?database=1", options => options.Prefix = RedisSetup.Prefix());

        await cache.SetAsync("key", 1, TimeSpan.FromMinutes(1));

        Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task Credentials_are_asked_for_anew_for_each_connection()
    {
        var server = await servers.Secured.GetAsync();
        var asked = 0;
        await using var cache = await Cache.ConnectAsync(server.EndPoint, options =>
        {
            options.Prefix = RedisSetup.Prefix();
            options.UseRedis(redis => redis.Credentials = _ =>
            {
                Interlocked.Increment(ref asked);
                return new ValueTask<RedisCredentials>(new RedisCredentials("larder", "larder-secret"));
            });
        });

        await cache.SetAsync("key", 1, TimeSpan.FromMinutes(1));

        Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
        Assert.Equal(2, asked);
    }

    [Fact]
    [Ledger(3)]
    public async Task Connecting_fails_when_nothing_listens_and_leaves_nothing_behind()
    {
        var exception = await Assert.ThrowsAsync<CacheConnectionException>(() => Cache.ConnectAsync($"127.0.0.1:{Ports.Next()},password=hunter2").AsTask());

        Assert.Contains("connection refused", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connecting_may_take_longer_than_a_command_and_is_cancelled()
    {
        // Listens, and never answers.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var cancelled = new CancellationTokenSource();
        var connecting = Cache.ConnectAsync($"127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port},connectTimeout=60000,syncTimeout=10", cancellationToken: cancelled.Token).AsTask();

        await Task.Delay(50);
        Assert.False(connecting.IsCompleted);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private static async Task<int> ConnectionsAsync(RedisServer server, string name) =>
        ((string)(await server.CommandAsync("CLIENT", "LIST"))!).Split('\n').Count(line => line.Contains($" name={name} ", StringComparison.Ordinal));
}
