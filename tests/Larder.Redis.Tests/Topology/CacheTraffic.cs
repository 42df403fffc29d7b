using System.Collections.Concurrent;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Topology;

/// <summary>Readers of a cache, and a writer that changes the origin and then removes from the cache what it has changed.</summary>
internal sealed class CacheTraffic
{
    private const int Keys = 24;
    private const int Readers = 6;
    private const int ReadsAtOnce = 8;

    private readonly ICache _cache;
    private readonly long[] _origin = new long[Keys];
    private readonly long[] _invalidated = new long[Keys];
    private readonly Task[] _running;
    private long _reads;
    private long _slow;
    private long _removals;
    private volatile bool _isStopped;

    public CacheTraffic(ICache cache)
    {
        _cache = cache;
        _running = [WriteAsync(), .. Enumerable.Range(0, Readers).Select(ReadAsync)];
    }

    /// <summary>What readers got in place of a value.</summary>
    public ConcurrentQueue<Exception> ReadErrors { get; } = [];

    /// <summary>Reads that began after the invalidation of a version had returned, and gave an older one.</summary>
    public ConcurrentQueue<string> Violations { get; } = [];

    public long Reads => Volatile.Read(ref _reads);

    /// <summary>The share of reads that were answered within a second.</summary>
    public double Availability => 1 - ((double)(Volatile.Read(ref _slow) + ReadErrors.Count) / Math.Max(1, Reads));

    /// <summary>Waits until there have been more reads, and each key has been removed again.</summary>
    public async Task ProgressAsync()
    {
        var (reads, removals) = (Reads, Volatile.Read(ref _removals));
        await Deadline.TrueAsync(() => Reads > reads + 100 && Volatile.Read(ref _removals) > removals + Keys);
    }

    public async Task StopAsync()
    {
        _isStopped = true;
        await Task.WhenAll(_running);
    }

    private static string NameOf(int key) => $"traffic:{key}";

    private async Task ReadAsync(int reader)
    {
        var random = new Random(reader);
        for (var i = 1; !_isStopped; i++)
        {
            if (i % ReadsAtOnce == 0)
            {
                // The servers and the writer need the processors too.
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }

            var key = random.Next(Keys);
            var least = Volatile.Read(ref _invalidated[key]);
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                var read = await _cache.GetOrCreateAsync(NameOf(key), _ => LoadAsync(key));
                if (read < least)
                {
                    Violations.Enqueue($"{NameOf(key)} was {read} after {least} had been invalidated");
                }
            }
            catch (Exception exception)
            {
                ReadErrors.Enqueue(exception);
            }

            Interlocked.Increment(ref _reads);
            if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(1))
            {
                Interlocked.Increment(ref _slow);
            }
        }
    }

    private async ValueTask<long> LoadAsync(int key)
    {
        var value = Volatile.Read(ref _origin[key]);
        await Task.Yield();
        return value;
    }

    private async Task WriteAsync()
    {
        for (var i = 0; !_isStopped; i = (i + 1) % Keys)
        {
            var version = ++_origin[i];
            try
            {
                await _cache.RemoveAsync(NameOf(i));
                Volatile.Write(ref _invalidated[i], version);
                Interlocked.Increment(ref _removals);
            }
            catch (CacheException)
            {
                // Refused: nothing was promised.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }
}
