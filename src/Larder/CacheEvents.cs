namespace Larder;

/// <summary>
/// What happens in a cache, as subscriptions. Handlers run on the thread that caused the event, outside all locks; keep them short. What a
/// handler throws is logged and swallowed.
/// </summary>
public sealed class CacheEvents
{
    /// <summary>An entry left without being asked to: it expired, or had to make room.</summary>
    public event Action<CacheEviction>? Evicted;

    /// <summary>Entries were removed or marked stale by a caller.</summary>
    public event Action<CacheInvalidation>? Invalidated;

    /// <summary>A load failed, timed out, or was refused.</summary>
    public event Action<CacheLoadFailure>? LoadFailed;

    internal Action<Exception>? HandlerFailed { get; set; }

    internal bool HasEvicted => Evicted is not null;

    internal void OnEvicted(CacheEviction eviction) => Raise(Evicted, eviction);

    internal void OnInvalidated(InvalidationTarget target, string what, bool isLazy = false)
    {
        if (Invalidated is { } handlers)
        {
            Raise(handlers, new CacheInvalidation(target, what, isLazy));
        }
    }

    internal void OnLoadFailed(string key, Exception exception, bool isRefresh) => Raise(LoadFailed, new CacheLoadFailure(key, exception, isRefresh));

    private void Raise<T>(Action<T>? handlers, T argument)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(argument);
            }
            catch (Exception exception)
            {
                HandlerFailed?.Invoke(exception);
            }
        }
    }
}
