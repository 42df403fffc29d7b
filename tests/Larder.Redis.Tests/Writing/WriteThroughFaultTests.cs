using System.Collections.Concurrent;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Writing;

/// <summary>Write-through of two processes to one Redis, with a network that fails in all ways and a source that does so too.</summary>
[Trait("Category", "Slow")]
public sealed class WriteThroughFaultTests
{
    private const int Keys = 10;

    /// <summary>The source: what was saved last, whatever order the writers came in.</summary>
    private readonly ConcurrentDictionary<int, long> _rows = new();
    private long _numbers;

    [Fact]
    [Ledger(136)]
    [LedgerFault(15)]
    public async Task The_cache_never_ends_older_than_the_source()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var first = await Cache.ConnectAsync($"redis://{proxy.EndPoint}", options => options.UseRedis(redis => redis.CommandTimeout = TimeSpan.FromMilliseconds(200)));
        await using var second = await Cache.ConnectAsync($"redis://{server.EndPoint}?commandTimeout=20s");
        var caches = new[] { first.For(Source()), second.For(Source()) };
        using var stop = new CancellationTokenSource();

        var writers = Enumerable.Range(0, 8).Select(i => Task.Run(() => WriteAsync(caches[i % 2], stop.Token)));
        var readers = Enumerable.Range(0, 8).Select(i => Task.Run(() => ReadAsync(caches[i % 2], stop.Token)));
        var traffic = Task.WhenAll(writers.Concat(readers));
        foreach (var fault in new Action[] { proxy.Reset, () => proxy.Latency = TimeSpan.FromMilliseconds(30), () => proxy.BlackHole = FaultDirections.Both, proxy.Stop, proxy.Reset })
        {
            await Task.WhenAny(traffic, Rounds(20));
            fault();
            await Task.WhenAny(traffic, Rounds(20));
            (proxy.Latency, proxy.BlackHole) = (TimeSpan.Zero, FaultDirections.None);
            proxy.Start();
        }

        await Task.WhenAny(traffic, Rounds(20));
        await stop.CancelAsync();
        await traffic;

        // What could not be delivered is removed as soon as the server can be reached again.
        await Deadline.TrueAsync(async () => await StaleAsync(first) is 0 && await StaleAsync(second) is 0);
        Assert.True(_numbers > 100, $"only {_numbers} writes were made");
    }

    [Fact]
    public async Task With_strict_coherence_no_process_reads_the_earlier_value_once_a_write_has_returned()
    {
        await using var server = await RedisServer.StartAsync();
        // Connections of their own, as in two processes.
        await using var first = await StrictAsync(server, "first");
        await using var second = await StrictAsync(server, "second");
        var (writer, reader) = (first.For(Reliable()), second.For(Reliable()));

        for (var number = 1; number <= 100; number++)
        {
            await reader.GetAsync(1);
            await writer.SetAsync(1, number);
            Assert.Equal(number, await reader.GetAsync(1));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_strict_coherence_a_write_throws_what_the_source_threw_when_the_server_is_away_too(bool isDeletion)
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await StrictAsync(server, "first");
        var source = CacheSource.Create<int, long>((_, _) => new(0L), save: (_, _, _, _) => FailAsync(), delete: (_, _, _) => FailAsync());
        var typed = cache.For(source);

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => (isDeletion ? typed.RemoveAsync(1) : typed.SetAsync(1, 1)).AsTask());

        Assert.Equal("the source", failure.Message);

        async ValueTask FailAsync()
        {
            await server.KillAsync();
            throw new InvalidDataException("the source");
        }
    }

    private static ValueTask<ICache> StrictAsync(RedisServer server, string name) => Cache.ConnectAsync($"redis://{server.EndPoint}?commandTimeout=20s", options => options.UseRedis(redis => (redis.Coherence, redis.ClientName) = (CacheCoherence.Strict, name)));

    private ICacheSource<int, long> Reliable() => CacheSource.Create<int, long>(
        (key, _) => new(_rows.GetValueOrDefault(key)),
        save: (key, number, _, _) =>
        {
            _rows[key] = number;
            return default;
        });

    /// <summary>Counts the keys of which the cache has another value than the source.</summary>
    private async Task<int> StaleAsync(ICache cache)
    {
        var stale = 0;
        for (var key = 0; key < Keys; key++)
        {
            var found = await cache.GetAsync<long>($"{key}");
            stale += found.HasValue && found.Value != _rows.GetValueOrDefault(key) ? 1 : 0;
        }

        return stale;
    }

    /// <summary>Waits until so many more writes were made, however long they take under a fault.</summary>
    private async Task Rounds(int writes)
    {
        var (began, target) = (TimeProvider.System.GetTimestamp(), Volatile.Read(ref _numbers) + writes);
        while (Volatile.Read(ref _numbers) < target && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(5))
        {
            await Task.Delay(5);
        }
    }

    private async Task WriteAsync(SourceCache<int, long> cache, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await cache.SetAsync(Random.Shared.Next(Keys), Interlocked.Increment(ref _numbers), CancellationToken.None);
            }
            catch (IOException)
            {
                // The source failed, before or after it had the value.
            }
        }
    }

    private async Task ReadAsync(SourceCache<int, long> cache, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await cache.GetAsync(Random.Shared.Next(Keys), CancellationToken.None);
            await Task.Yield();
        }
    }

    private ICacheSource<int, long> Source() => CacheSource.Create<int, long>(
        async (key, _) =>
        {
            var row = _rows.GetValueOrDefault(key);
            await Task.Delay(Random.Shared.Next(3));
            return row;
        },
        save: async (key, number, _, _) =>
        {
            await Task.Delay(Random.Shared.Next(3));
            ThrowNowAndThen();
            _rows[key] = number;
            await Task.Delay(Random.Shared.Next(3));
            ThrowNowAndThen();
        });

    private static void ThrowNowAndThen()
    {
        if (Random.Shared.Next(20) == 0)
        {
            throw new IOException("the source fails now and then");
        }
    }
}
