using Larder.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Statistics;

/// <summary>A cache with a name of its own, so that what it tells listeners of the whole process can be told from what others do meanwhile.</summary>
internal sealed class NamedCache : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public NamedCache(Action<CacheOptions>? configure = null)
    {
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddLarder(larder => larder.AddCache(Name, configure))
            .Services
            .BuildServiceProvider();
        Cache = _services.GetRequiredKeyedService<ICache>(Name);
    }

    public string Name { get; } = $"metered {Guid.NewGuid():N}";

    public FakeTimeProvider Clock { get; } = new();

    public ICache Cache { get; }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
