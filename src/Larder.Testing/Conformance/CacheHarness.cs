namespace Larder.Testing.Conformance;

/// <summary>
/// What a conformance suite runs on: makes caches over one tier. Derive from it for a tier of your own, and run all
/// <see cref="ConformanceSuites.Cases"/> with a new harness each.
/// </summary>
public abstract class CacheHarness : IAsyncDisposable
{
    private readonly List<ICache> _caches = [];

    /// <summary>Gets the clock that the caches and the tier must use.</summary>
    public FakeTimeProvider Clock { get; } = new();

    /// <summary>Makes a cache. Caches of one harness share the tier's store if it is one that can be shared.</summary>
    /// <param name="configure">Changes the settings.</param>
    /// <returns>The cache; disposed with the harness.</returns>
    public ICache CreateCache(Action<CacheOptions>? configure = null)
    {
        var cache = Create(options =>
        {
            options.TimeProvider = Clock;
            configure?.Invoke(options);
        });
        _caches.Add(cache);
        return cache;
    }

    /// <summary>Checks what must hold of every cache at the end of every test, and disposes the caches.</summary>
    /// <returns>The completion.</returns>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _caches.ForEach(static cache => Invariants.Check(cache.Statistics.Snapshot()));
        }
        finally
        {
            foreach (var cache in _caches)
            {
                await cache.DisposeAsync().ConfigureAwait(false);
            }

            await DisposeStoreAsync().ConfigureAwait(false);
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Makes a cache over the tier.</summary>
    /// <param name="configure">Must be applied to the options.</param>
    /// <returns>The cache.</returns>
    protected abstract ICache Create(Action<CacheOptions> configure);

    /// <summary>Removes what the tier leaves behind, such as files.</summary>
    /// <returns>The completion.</returns>
    protected virtual ValueTask DisposeStoreAsync() => default;
}
