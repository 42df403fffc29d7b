using System.Diagnostics;
using System.Globalization;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Locking;

/// <summary>Locks over real servers that are killed, stopped, emptied and cut off. What a lock is, the conformance tests show on every backend.</summary>
[Trait("Category", "Slow")]
public sealed class LockTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly List<ICache> _caches = [];
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in _caches)
        {
            await cache.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Of_64_contenders_behind_a_network_with_faults_one_at_a_time_holds_the_lock()
    {
        await using var proxy = new FaultProxy("127.0.0.1", _server.Port);
        ICache[] processes = [await ConnectAsync(proxy.Port), await ConnectAsync(proxy.Port), await ConnectAsync(proxy.Port), await ConnectAsync(_server.Port)];
        var held = 0;
        var met = 0;
        var entered = 0;
        var grew = true;
        long last = 0;
        using var end = new CancellationTokenSource();
        var faults = MisbehaveAsync(proxy, end.Token);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async contender =>
        {
            for (var round = 0; round < 4;)
            {
                try
                {
                    await using var @lock = await processes[contender % processes.Length].AcquireLockAsync("job", Lease, CacheTtl.Never);
                    met += Interlocked.Increment(ref held) == 1 ? 0 : 1;
                    grew &= @lock.FencingToken > last;
                    last = @lock.FencingToken;
                    await Task.Yield();
                    @lock.ThrowIfLost();
                    entered++;
                    Interlocked.Decrement(ref held);
                    round++;
                }
                catch (CacheException)
                {
                    // The third outcome: Redis could not be asked.
                    await Task.Delay(5);
                }
            }
        }));
        await end.CancelAsync();
        await faults;

        Assert.Equal(0, met);
        Assert.True(grew);
        Assert.Equal(256, entered);
    }

    [Fact]
    [Ledger(129)]
    [LedgerFault(12)]
    public async Task Fault_12_held_contended_and_out_of_reach_are_three_outcomes()
    {
        var cache = await ConnectAsync(_server.Port);
        await using var held = await cache.TryAcquireLockAsync("job", Lease);

        Assert.NotNull(held);
        Assert.Null(await cache.TryAcquireLockAsync("job", Lease));
        _server.Pause();
        await Assert.ThrowsAsync<CacheTimeoutException>(() => cache.TryAcquireLockAsync("job", Lease).AsTask());
        _server.Resume();
        await _server.KillAsync();
        await Assert.ThrowsAsync<CacheConnectionException>(() => cache.TryAcquireLockAsync("job", Lease).AsTask());
        await Assert.ThrowsAsync<CacheConnectionException>(() => cache.AcquireLockAsync("job", Lease, Lease).AsTask());
    }

    [Fact]
    [LedgerFault(12)]
    public async Task Fault_12_a_holder_that_cannot_reach_the_server_is_told_when_its_lease_ends_and_not_later()
    {
        var cache = await ConnectAsync(_server.Port);
        await Deadline.InTimeAsync(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.4), async attempt =>
        {
            CacheLock? held = null;
            await Deadline.TrueAsync(async () =>
            {
                try
                {
                    held = await cache.TryAcquireLockAsync($"job {attempt}", TimeSpan.FromSeconds(1));
                }
                catch (CacheException)
                {
                    // The circuit is still open after the attempt before.
                }

                return held is not null;
            });
            var start = Stopwatch.GetTimestamp();
            var lost = new TaskCompletionSource();
            held!.Lost.Register(lost.SetResult);
            held.ThrowIfLost();

            _server.Pause();
            await lost.Task.WaitAsync(Deadline.Limit);
            var took = Stopwatch.GetElapsedTime(start);
            _server.Resume();

            Assert.Throws<CacheLockLostException>(held.ThrowIfLost);
            return took;
        });
    }

    [Fact]
    [Ledger(132)]
    [Trait("Scenario", "S18")]
    public async Task S18_a_server_that_lost_its_memory_never_hands_out_a_smaller_number()
    {
        var cache = await ConnectAsync(_server.Port, "20s");
        long last = 0;
        for (var round = 0; round < 5; round++)
        {
            for (var holder = 0; holder < 50; holder++)
            {
                await using var held = await cache.AcquireLockAsync("job", Lease, Lease);
                Assert.True(held.FencingToken > last, $"{held.FencingToken} follows {last}");
                last = held.FencingToken;
            }

            if (round % 2 == 0)
            {
                await _server.FlushAllAsync();
            }
            else
            {
                await _server.RestartAsync();
                await Deadline.TrueAsync(() => IsFreeAsync(cache, "other"));
            }
        }
    }

    [Fact]
    [Ledger(86)]
    public async Task A_holder_whose_server_lost_its_memory_learns_it_at_the_next_renewal()
    {
        var cache = await ConnectAsync(_server.Port, "20s");
        var held = await cache.TryAcquireLockAsync("job", TimeSpan.FromSeconds(3));
        await _server.FlushAllAsync();
        await using var thief = await cache.TryAcquireLockAsync("job", Lease);

        Assert.NotNull(thief);
        await Deadline.TrueAsync(() => held!.Lost.IsCancellationRequested);
        Assert.False(await held!.ReleaseAsync());
        thief.ThrowIfLost();
        Assert.Null(await cache.TryAcquireLockAsync("job", Lease));
    }

    [Fact]
    [Ledger(125)]
    public async Task A_lock_takes_one_round_trip_and_its_release_another()
    {
        var cache = await ConnectAsync(_server.Port, "20s");
        await using (await cache.TryAcquireLockAsync("warm up", Lease))
        {
        }

        var before = await CallsAsync();
        await using (await cache.AcquireLockAsync("job", Lease, Lease))
        {
            Assert.Equal(before + 1, await CallsAsync());
        }

        Assert.Equal(before + 2, await CallsAsync());
    }

    [Fact]
    public async Task A_waiter_whose_subscription_was_cut_is_woken_all_the_same()
    {
        var (one, other) = (await ConnectAsync(_server.Port, "20s"), await ConnectAsync(_server.Port, "20s"));
        var held = await one.TryAcquireLockAsync("job", Lease);
        var waiting = other.AcquireLockAsync("job", Lease, CacheTtl.Never).AsTask();
        await SubscribedAsync();

        await _server.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await SubscribedAsync();
        await held!.ReleaseAsync();

        await using var next = await waiting.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.True(next.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task Nobody_listens_when_nobody_waits()
    {
        var (one, other) = (await ConnectAsync(_server.Port, "20s"), await ConnectAsync(_server.Port, "20s"));
        await using (await one.TryAcquireLockAsync("job", Lease))
        {
            await Assert.ThrowsAsync<TimeoutException>(() => other.AcquireLockAsync("job", Lease, TimeSpan.FromMilliseconds(300)).AsTask());
        }

        await Deadline.TrueAsync(async () => (await _server.ListAsync("PUBSUB", "CHANNELS")).Length == 0);
    }

    [Fact]
    public async Task A_user_who_may_not_listen_looks_often_in_place_of_it()
    {
        await using var server = await RedisServer.StartAsync(new() { Users = ["deaf on >secret ~* resetchannels +@all"] });
        await using var one = await Cache.ConnectAsync($"redis://deaf:secret@{server.EndPoint}?commandTimeout=20s");
        await using var other = await Cache.ConnectAsync($"redis://deaf:secret@{server.EndPoint}?commandTimeout=20s", options => options.TimeToLive = TimeSpan.FromMinutes(1));
        for (var round = 0; round < 3; round++)
        {
            var held = await one.TryAcquireLockAsync("job", Lease);
            var waiting = other.AcquireLockAsync("job", Lease, CacheTtl.Never).AsTask();
            await Task.Delay(50);
            await held!.ReleaseAsync();

            await using var next = await waiting.WaitAsync(TimeSpan.FromSeconds(5));
            Assert.True(next.FencingToken > held.FencingToken);
        }
    }

    [Fact]
    public async Task A_lock_in_an_outage_is_free_at_once_when_its_owner_gave_up()
    {
        await using var proxy = new FaultProxy("127.0.0.1", _server.Port);
        var cache = await ConnectAsync(proxy.Port);
        await using (await cache.TryAcquireLockAsync("warm up", Lease))
        {
        }

        proxy.Latency = TimeSpan.FromMilliseconds(700);
        await Assert.ThrowsAsync<CacheTimeoutException>(() => cache.TryAcquireLockAsync("job", TimeSpan.FromMinutes(10)).AsTask());
        proxy.Latency = TimeSpan.Zero;

        var other = await ConnectAsync(_server.Port);
        await Deadline.TrueAsync(() => IsFreeAsync(other, "job"));
    }

    private static async Task<bool> IsFreeAsync(ICache cache, string name)
    {
        try
        {
            await using var held = await cache.TryAcquireLockAsync(name, Lease);
            return held is not null;
        }
        catch (CacheException)
        {
            return false;
        }
    }

    private static async Task MisbehaveAsync(FaultProxy proxy, CancellationToken cancellationToken)
    {
        for (var fault = 0; !cancellationToken.IsCancellationRequested; fault++)
        {
            await Task.Delay(60, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            switch (fault % 4)
            {
                case 0:
                    proxy.Reset();
                    break;
                case 1:
                    proxy.Latency = TimeSpan.FromMilliseconds(15);
                    break;
                case 2:
                    proxy.DropsPushes = true;
                    break;
                default:
                    (proxy.Latency, proxy.DropsPushes) = (TimeSpan.Zero, false);
                    break;
            }
        }

        (proxy.Latency, proxy.DropsPushes) = (TimeSpan.Zero, false);
    }

    private Task SubscribedAsync() => Deadline.TrueAsync(async () => (await _server.ListAsync("PUBSUB", "CHANNELS")).Length > 0);

    private async Task<long> CallsAsync()
    {
        var statistics = (string)(await _server.CommandAsync("INFO", "commandstats"))!;
        return statistics.Split("\r\n").Where(line => line.StartsWith("cmdstat_eval", StringComparison.Ordinal))
            .Sum(line => long.Parse(line[(line.IndexOf("calls=", StringComparison.Ordinal) + 6)..line.IndexOf(',')], CultureInfo.InvariantCulture));
    }

    private async Task<ICache> ConnectAsync(int port, string commandTimeout = "500ms")
    {
        // Caches with the same settings share their connections; processes do not.
        var cache = await Cache.ConnectAsync($"redis://127.0.0.1:{port}?commandTimeout={commandTimeout}&clientName=process{_caches.Count}");
        _caches.Add(cache);
        return cache;
    }
}
