using Larder.Redis.Tier;
using Larder.Redis;

namespace Larder.Soak.Schedules;

/// <summary>A cache as a process has it, behind a proxy of its own, with a wall clock of its own.</summary>
internal sealed class Node : IAsyncDisposable
{
    /// <summary>So long that nothing ends by itself in a schedule, which takes a part of a second.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private Node(ICache cache, MessageProxy proxy, JumpingClock clock, string name) => (Cache, Proxy, Clock, Name) = (cache, proxy, clock, name);

    public ICache Cache { get; }

    public MessageProxy Proxy { get; }

    public JumpingClock Clock { get; }

    public string Name { get; }

    /// <summary>Gets whether all is as if nothing had been disturbed.</summary>
    public bool IsCalm => Cache.Statistics.Snapshot().PendingInvalidations == 0 && Cache.Statistics.LocalCopies is not LocalCopies.Suspect;

    public static async Task<Node> StartAsync(int serverPort, string name)
    {
        var proxy = new MessageProxy(serverPort, name);
        var clock = new JumpingClock();
        var cache = await Larder.Cache.ConnectAsync($"redis://{proxy.EndPoint}", options =>
        {
            options.Prefix = "schedules";
            options.TimeProvider = clock;
            options.UseRedis(redis => (redis.ConnectTimeout, redis.CommandTimeout, redis.TrustPeriod) = (Long, Long, Long));
        });
        var node = new Node(cache, proxy, clock, name);
        await cache.SetAsync($"first:{name}", 0);
        await cache.GetAsync<int>("first");
        await node.CalmAsync();
        return node;
    }

    public async Task CalmAsync()
    {
        while (!IsCalm)
        {
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Cache.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
