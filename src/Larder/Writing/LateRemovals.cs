namespace Larder.Writing;

/// <summary>Removals that the tier failed to do and does not do later by itself: tried again until they are done.</summary>
internal sealed class LateRemovals(Func<string, ValueTask> remove, TimeProvider time) : IDisposable
{
    /// <summary>The most keys that are kept; of more, those that came first stay.</summary>
    private const int MaxCount = 100_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private bool _isRunning;

    public void Add(string key)
    {
        lock (_lock)
        {
            if (_keys.Count >= MaxCount || !_keys.Add(key) || _isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _ = RunAsync();
    }

    public void Dispose() => _stop.Cancel();

    private async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(Pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            // In another order each time: one that fails whatever the state of the tier does not keep those behind it waiting.
            var keys = Keys();
            Random.Shared.Shuffle(keys);
            foreach (var key in keys)
            {
                if (!await TryRemoveAsync(key).ConfigureAwait(false))
                {
                    break;
                }
            }

            lock (_lock)
            {
                if (_keys.Count == 0)
                {
                    _isRunning = false;
                    return;
                }
            }
        }
    }

    private string[] Keys()
    {
        lock (_lock)
        {
            return [.. _keys];
        }
    }

    private async ValueTask<bool> TryRemoveAsync(string key)
    {
        // Before, so that a key that comes again meanwhile is removed again.
        lock (_lock)
        {
            _keys.Remove(key);
        }

        try
        {
            await remove(key).ConfigureAwait(false);
            return true;
        }
        catch (Exception)
        {
            lock (_lock)
            {
                _keys.Add(key);
            }

            return false;
        }
    }
}
