namespace Larder.Testing.Conformance;

/// <summary>One test of a suite.</summary>
/// <param name="Suite">The name of the suite.</param>
/// <param name="Name">The name of the test, a sentence.</param>
/// <param name="RunAsync">Runs it on a harness of its own; throws when the cache does not conform.</param>
public sealed record ConformanceCase(string Suite, string Name, Func<CacheHarness, Task> RunAsync)
{
    /// <summary>Gets the names.</summary>
    /// <returns>The suite and the test.</returns>
    public override string ToString() => $"{Suite}.{Name}";
}
