namespace Larder.Store.Tests.Servers;

/// <summary>Tests that measure time, while no other runs.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
