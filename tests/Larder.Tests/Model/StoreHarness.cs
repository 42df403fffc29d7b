using Larder.Testing.Conformance;

namespace Larder.Tests.Model;

/// <summary>A store of bytes in a dictionary: what the tier over bytes does, without a server.</summary>
internal sealed class StoreHarness : CacheHarness
{
    private readonly DictionaryStore _store;

    public StoreHarness() => _store = new DictionaryStore(Clock);

    protected override ICache Create(Action<CacheOptions> configure) => Cache.Over(_store, configure);
}
