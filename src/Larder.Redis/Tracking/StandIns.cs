using Larder.Keys;
using Larder.Memory;
using Larder.Tiers;

namespace Larder.Redis.Tracking;

/// <summary>
/// What was loaded or set while the server could not be reached, kept for one trust period: so that its absence does not send every read to the source. It is used only while the server is
/// away, and only in this process.
/// </summary>
internal sealed class StandIns(MemoryEngine engine, TimeSpan life) : IDisposable
{
    private volatile bool _isUsed;

    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="write">How it would be stored.</param>
    /// <param name="ageMs">How long ago its load began, in milliseconds: what has changed since may not have been heard of.</param>
    public void Keep(string key, object? value, in EntryWrite write, long ageMs = 0)
    {
        var left = (long)life.TotalMilliseconds - ageMs;
        if (write.SkipsMemory || left <= 0)
        {
            return;
        }

        _isUsed = true;
        engine.Write(key, value, new EntryWrite { TimeToLiveMs = Math.Min(left, write.FirstLifeMs), Tags = write.Tags }, WriteCondition.None, out _);
    }

    public bool TryGet(string key, out MemoryHit hit)
    {
        hit = default;
        return _isUsed && engine.TryGet(key, ReadIntent.Get, out hit) && hit.Lives;
    }

    public void Remove(string key)
    {
        if (_isUsed)
        {
            engine.Remove(key, WriteCondition.None);
        }
    }

    public void Remove(KeyFilter filter)
    {
        if (_isUsed)
        {
            engine.RemoveAll(filter);
        }
    }

    public void RemoveTag(string tag)
    {
        if (_isUsed)
        {
            engine.InvalidateTag(tag, isLazy: false);
        }
    }

    public void Dispose() => engine.Dispose();
}
