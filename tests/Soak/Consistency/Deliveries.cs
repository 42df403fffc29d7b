using System.Collections.Concurrent;
using Larder.Soak.Caches;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>
/// The invalidations that the cache has put off while Redis was away. They count for other processes once they are delivered: when the cache
/// says that none is left.
/// </summary>
internal sealed class Deliveries(CacheUnderTest cache, SourceOfRecord source)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentQueue<(int Key, long Version, long Since)> _waiting = new();

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
                // The moment is taken first: what is put off between the two waits for the next look.
                var now = Clock.Now;
                if (cache.PendingInvalidations == 0)
                {
                    AcknowledgeUntil(now);
                }
            }

            await Clock.DelayAsync(Interval, CancellationToken.None);
        }
    }

    private void AcknowledgeUntil(long moment)
    {
        while (_waiting.TryPeek(out var first) && first.Since < moment && _waiting.TryDequeue(out var delivered))
        {
            source.AcknowledgeForAll(delivered.Key, delivered.Version, Clock.Now);
        }
    }
}
