using Larder.Diagnostics;
using Larder.Memory;
using Larder.Tiers;
using Larder.Views;

namespace Larder.Tests.Memory.Integrity;

/// <summary>A cache together with the engine that holds its entries.</summary>
internal sealed class EngineCache : IAsyncDisposable
{
    public EngineCache(TimeProvider timeProvider, Action<CacheOptions>? configure = null)
    {
        var options = new CacheOptions { TimeProvider = timeProvider };
        configure?.Invoke(options);
        var diagnostics = new CacheDiagnostics("engine", options.LoggerFactory);
        var clock = new CacheClock(timeProvider);
        Limits = MemoryLimits.From(options.Memory);
        var tier = new MemoryTier(Limits, clock, diagnostics.Counters, diagnostics.Events);
        Engine = tier.Engine;
        Cache = new CacheView(new CacheCore(options, diagnostics, tier, clock));
    }

    public ICache Cache { get; }

    public MemoryEngine Engine { get; }

    public MemoryLimits Limits { get; }

    public ValueTask DisposeAsync() => Cache.DisposeAsync();
}
