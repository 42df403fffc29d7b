namespace Larder.Testing.Conformance;

/// <summary>The memory of the process.</summary>
public sealed class MemoryHarness : CacheHarness
{
    /// <inheritdoc/>
    protected override ICache Create(Action<CacheOptions> configure) => Cache.InMemory(configure);
}
