using System.Collections.Concurrent;
using Larder.Tiers;

namespace Larder.Loading;

/// <summary>The keys whose last load failed while a stale value was at hand, and until when the loader is left alone.</summary>
internal sealed class FailurePauses(CacheClock clock)
{
    /// <summary>Beyond this many keys, pauses that are over are dropped; if all still last, further keys have none.</summary>
    private const int MaxKeys = 10_000;

    private readonly ConcurrentDictionary<string, long> _until = new(StringComparer.Ordinal);

    public void Add(string key, TimeSpan pause)
    {
        if (pause == TimeSpan.Zero)
        {
            return;
        }

        var now = clock.NowMs;
        if (_until.Count >= MaxKeys)
        {
            foreach (var (other, until) in _until)
            {
                if (until <= now)
                {
                    _until.TryRemove(KeyValuePair.Create(other, until));
                }
            }
        }

        if (_until.Count < MaxKeys)
        {
            _until[key] = CacheClock.After(now, (long)pause.TotalMilliseconds);
        }
    }

    public void Remove(string key)
    {
        if (!_until.IsEmpty)
        {
            _until.TryRemove(key, out _);
        }
    }

    public bool Lasts(string key)
    {
        if (_until.IsEmpty || !_until.TryGetValue(key, out var until))
        {
            return false;
        }

        if (clock.NowMs < until)
        {
            return true;
        }

        _until.TryRemove(KeyValuePair.Create(key, until));
        return false;
    }
}
