namespace Larder.Store.Tests.Servers;

/// <summary>Tests that measure time, while no other of this process runs.</summary>
[Trait("Category", "Slow")]
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
