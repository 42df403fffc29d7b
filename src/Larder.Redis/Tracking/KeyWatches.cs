using System.Text;

namespace Larder.Redis.Tracking;

/// <summary>Those who wait for keys to change.</summary>
internal sealed class KeyWatches
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeyWatch> _watches = new(StringComparer.Ordinal);
    private volatile bool _isEmpty = true;

    /// <summary>Begins to watch a key. The server tells of it only once it has been read after that.</summary>
    /// <param name="key">The key, as the server has it.</param>
    /// <returns>What is to be waited for, and disposed.</returns>
    public KeyWatch Add(string key)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(key, out var watch))
            {
                _watches.Add(key, watch = new KeyWatch(this, key));
                _isEmpty = false;
            }

            watch.Watchers++;
            return watch;
        }
    }

    /// <summary>Wakes those who wait for a key.</summary>
    public void Signal(ReadOnlySpan<byte> key)
    {
        if (!_isEmpty)
        {
            Signal(Encoding.UTF8.GetString(key));
        }
    }

    /// <inheritdoc cref="Signal(ReadOnlySpan{byte})"/>
    public void Signal(string key)
    {
        KeyWatch? watch;
        lock (_gate)
        {
            if (!_watches.Remove(key, out watch))
            {
                return;
            }

            _isEmpty = _watches.Count == 0;
        }

        watch.Signal();
    }

    /// <summary>Wakes all: what they wait for may have gone unheard.</summary>
    public void SignalAll()
    {
        KeyWatch[] all;
        lock (_gate)
        {
            all = [.. _watches.Values];
            _watches.Clear();
            _isEmpty = true;
        }

        Array.ForEach(all, watch => watch.Signal());
    }

    public void End(KeyWatch watch)
    {
        lock (_gate)
        {
            if (--watch.Watchers == 0 && _watches.TryGetValue(watch.Key, out var current) && current == watch)
            {
                _watches.Remove(watch.Key);
                _isEmpty = _watches.Count == 0;
            }
        }
    }
}
