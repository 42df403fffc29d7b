using Larder.Testing;
using Larder.Testing.Conformance;

namespace Larder.Tests.Loading;

/// <summary>The base of the tests of loads: caches in memory on a fake clock, whose invariants are checked at the end.</summary>
public abstract class LoadingTest : IAsyncDisposable
{
    private readonly MemoryHarness _harness = new();

    protected LoadingTest() => Cache = Create();

    protected FakeTimeProvider Clock => _harness.Clock;

    protected ICache Cache { get; }

    protected CacheStatisticsSnapshot Statistics => Cache.Statistics.Snapshot();

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected ICache Create(Action<CacheOptions>? configure = null) => _harness.CreateCache(configure);

    internal Task<T> Begin<T>(string key, Held<T> held, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        Cache.GetOrCreateAsync(key, held.LoadAsync, options, cancellationToken).AsTask();

    /// <summary>Waits until so many readers wait for the loads of others.</summary>
    protected Task JoinedAsync(long readers) => Soon.TrueAsync(() => Cache.Statistics.Snapshot().JoinedLoads == readers, $"{readers} readers join");

    protected static CacheEntryOptions Policy(TimeSpan timeToLive, CachePolicy policy) => new() { TimeToLive = timeToLive, Policy = policy };
}
