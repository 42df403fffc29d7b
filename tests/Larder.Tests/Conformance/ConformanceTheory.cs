using Larder.Testing.Conformance;

namespace Larder.Tests.Conformance;

/// <summary>Runs the conformance suites as the rows of a theory, each with a harness of its own.</summary>
internal static class ConformanceTheory
{
    public static TheoryData<string> Cases => new(ConformanceSuites.Cases.Select(test => test.ToString()));

    public static async Task RunAsync(string test, Func<CacheHarness> harness)
    {
        var found = ConformanceSuites.Cases.Single(candidate => candidate.ToString() == test);
        await using var own = harness();
        await found.RunAsync(own);
    }
}
