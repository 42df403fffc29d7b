using System.Collections.Concurrent;
using Larder.Soak.Caches;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>
/// The invalidations that the cache has put off while Redis was away. They count for other processes once they are delivered: when the cache
/// says that none is left, or, where it does not say that, when Redis has taken writes for a while.
/// </summary>
internal sealed class Deliveries(CacheUnderTest cache, SourceOfRecord source)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly long Settled = Clock.Ticks(TimeSpan.FromSeconds(1));
    private readonly ConcurrentQueue<(int Key, long Version, long Since)> _waiting = new();
    private long _reachableSince = long.MaxValue;

    public int Count => _waiting.Count;

    public void Add(IEnumerable<(int Key, long Version)> written)
    {
        foreach (var (key, version) in written)
        {
            _waiting.Enqueue((key, version, Clock.Now));
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (!_waiting.IsEmpty)
            {
                AcknowledgeUntil(await DeliveredUntilAsync());
            }

            await Clock.DelayAsync(Interval, CancellationToken.None);
        }
    }

    /// <summary>Gets the moment before which all that was put off has been delivered.</summary>
    private async Task<long> DeliveredUntilAsync()
    {
        var now = Clock.Now;
        if (cache.PendingInvalidations is { } pending)
        {
            return pending == 0 ? now : 0;
        }

        _reachableSince = await cache.CanWriteAsync() ? Math.Min(_reachableSince, now) : long.MaxValue;
        return _reachableSince <= now - Settled ? now - Settled : 0;
    }

    private void AcknowledgeUntil(long moment)
    {
        while (_waiting.TryPeek(out var first) && first.Since < moment && _waiting.TryDequeue(out var delivered))
        {
            source.AcknowledgeForAll(delivered.Key, delivered.Version, Clock.Now);
        }
    }
}
