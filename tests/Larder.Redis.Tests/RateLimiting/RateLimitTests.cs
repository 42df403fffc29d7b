using System.Threading.RateLimiting;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.RateLimiting;

/// <summary>Permits in Redis, by the clock of the server: exact over several clients, and when it fails. What each kind of limit does is shown by the conformance suite.</summary>
public sealed class RateLimitTests(SharedServers servers)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly string _prefix = $"test-{Guid.NewGuid():N}";
    private int _clients;

    public static TheoryData<string, string> KindsAndTopologies
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in new[] { "fixed", "sliding", "bucket" })
            {
                foreach (var topology in new[] { "standalone", "cluster", "sentinel" })
                {
                    data.Add(kind, topology);
                }
            }

            return data;
        }
    }

    [Theory]
    [Ledger(199)]
    [MemberData(nameof(KindsAndTopologies))]
    public async Task Many_clients_get_exactly_the_limit_together(string kind, string topology)
    {
        var connection = await ConnectionAsync(topology);
        await using var one = await ConnectAsync(connection);
        await using var two = await ConnectAsync(connection);
        await using var three = await ConnectAsync(connection);
        var limiters = new[] { one, two, three }.Select(cache => cache.CreateRateLimiter("api", LimitOf(kind, 1000), UnavailableMode.Refuse)).ToArray();

        var granted = await Task.WhenAll(Enumerable.Range(0, 30).Select(caller => TakeAsync(limiters[caller % 3], times: 50)));

        Assert.Equal(1000, granted.Sum());
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("sliding")]
    [InlineData("bucket")]
    public async Task Permits_come_back_by_the_clock_of_the_server(string kind)
    {
        var server = await servers.Standalone.GetAsync();
        await using var cache = await ConnectAsync($"redis://{server.EndPoint}");
        var limit = kind switch
        {
            "fixed" => RateLimit.FixedWindow(1, TimeSpan.FromMilliseconds(80)),
            "sliding" => RateLimit.SlidingWindow(1, TimeSpan.FromMilliseconds(80), 4),
            _ => RateLimit.TokenBucket(1, 1, TimeSpan.FromMilliseconds(80)),
        };
        await using var limiter = cache.CreateRateLimiter("api", limit);
        Assert.Equal(1, await TakeAsync(limiter));

        await Deadline.TrueAsync(async () => await TakeAsync(limiter) == 1);
    }

    [Fact]
    public async Task A_count_goes_from_the_server_by_itself()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync($"redis://{server.EndPoint}");
        foreach (var kind in new[] { "fixed", "sliding", "bucket" })
        {
            await using var limiter = cache.CreateRateLimiter("api", LimitOf(kind, 10));
            Assert.Equal(1, await TakeAsync(limiter));
        }

        var keys = (await server.ListAsync("KEYS", "*rate*")).Cast<string>().ToArray();
        Assert.Equal(3, keys.Length);
        foreach (var key in keys)
        {
            Assert.InRange((long)(await server.CommandAsync("PTTL", key))!, 1, (long)TimeSpan.FromHours(30).TotalMilliseconds);
        }
    }

    [Fact]
    public async Task A_count_that_another_program_has_spoilt_begins_anew()
    {
        var server = await servers.Standalone.GetAsync();
        await using var cache = await ConnectAsync($"redis://{server.EndPoint}");
        foreach (var kind in new[] { "fixed", "sliding", "bucket" })
        {
            await using var limiter = cache.CreateRateLimiter("api", LimitOf(kind, 2), UnavailableMode.Refuse);
            Assert.Equal(2, await TakeAsync(limiter, 3));
            var key = Assert.Single((await server.ListAsync("KEYS", $"{_prefix}!rate:{kind}*")).Cast<string>());

            await server.CommandAsync("SET", key, "no count");

            Assert.Equal(2, await TakeAsync(limiter, 3));
        }
    }

    [Theory]
    [InlineData(UnavailableMode.Allow, true)]
    [InlineData(UnavailableMode.Refuse, false)]
    public async Task While_the_server_is_away_the_mode_decides_and_nobody_waits_long(UnavailableMode mode, bool isGranted)
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync($"redis://{server.EndPoint}", TimeSpan.FromMilliseconds(500));
        await using var limiter = cache.CreateRateLimiter("api", LimitOf("fixed", 1), mode);
        Assert.Equal(1, await TakeAsync(limiter));
        await server.KillAsync();

        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal(isGranted ? 20 : 0, await TakeAsync(limiter, 20));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));

        await server.RestartAsync();
        await Deadline.TrueAsync(async () =>
        {
            using var lease = await limiter.AcquireAsync();
            return lease.TryGetMetadata(RateLimitMetadata.Remaining, out _);
        });
    }

    [Fact]
    public async Task A_request_whose_answer_is_lost_is_not_sent_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var cache = await ConnectAsync($"redis://127.0.0.1:{proxy.Port}", TimeSpan.FromMilliseconds(500));
        await using var limiter = cache.CreateRateLimiter("api", LimitOf("fixed", 10), UnavailableMode.Refuse);
        Assert.Equal(1, await TakeAsync(limiter));

        proxy.BlackHole = FaultDirections.ToClient;
        Assert.Equal(0, await TakeAsync(limiter));
        proxy.BlackHole = FaultDirections.None;

        await Deadline.TrueAsync(async () =>
        {
            using var lease = await limiter.AcquireAsync(0);
            return lease.TryGetMetadata(RateLimitMetadata.Remaining, out var left) && left == 8;
        });
    }

    private static RateLimit LimitOf(string kind, int permits) => kind switch
    {
        "fixed" => RateLimit.FixedWindow(permits, Hour),
        "sliding" => RateLimit.SlidingWindow(permits, Hour),
        _ => RateLimit.TokenBucket(permits, 1, Hour),
    };

    private static async Task<int> TakeAsync(RateLimiter limiter, int times = 1)
    {
        var granted = 0;
        for (var i = 0; i < times; i++)
        {
            using var lease = await limiter.AcquireAsync();
            granted += lease.IsAcquired ? 1 : 0;
        }

        return granted;
    }

    private async Task<string> ConnectionAsync(string topology) => topology switch
    {
        "cluster" => "redis://" + string.Join(',', (await servers.Cluster.GetAsync()).Nodes.Select(node => node.EndPoint)),
        "sentinel" => $"redis://{string.Join(',', (await servers.Sentinel.GetAsync()).Sentinels.Select(node => node.EndPoint))}?sentinelServiceName={RedisSentinel.Name}",
        _ => $"redis://{(await servers.Standalone.GetAsync()).EndPoint}",
    };

    private async Task<ICache> ConnectAsync(string connection, TimeSpan? commandTimeout = null) => await Cache.ConnectAsync(connection, options =>
    {
        options.Prefix = _prefix;
        options.UseRedis(redis =>
        {
            // Caches with the same settings would share their connections.
            redis.ClientName = $"client-{Interlocked.Increment(ref _clients)}";
            redis.CommandTimeout = commandTimeout ?? TimeSpan.FromSeconds(20);
        });
    });
}
