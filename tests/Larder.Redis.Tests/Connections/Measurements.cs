namespace Larder.Redis.Tests.Connections;

/// <summary>Tests that measure the whole process, or take its thread pool away: they run when no other does.</summary>
[Trait("Category", "Slow")]
[CollectionDefinition(nameof(Measurements), DisableParallelization = true)]
public sealed class Measurements;
