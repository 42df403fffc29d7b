using Larder.Testing.Conformance;

namespace Larder.Tests.Conformance;

/// <summary>A dictionary of bytes that all caches of the harness share.</summary>
public sealed class BytesHarness : CacheHarness
{
    public BytesHarness() => Tier = new BytesTier(Clock);

    public BytesTier Tier { get; }

    protected override ICache Create(Action<CacheOptions> configure) => Cache.Over(Tier, configure);
}
