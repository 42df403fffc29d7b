namespace Larder.Testing.Conformance;

/// <summary>Random sequences of all operations against a plain dictionary, with fixed seeds.</summary>
internal sealed class ModelConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private const int Steps = 120;

    public Task Random_operations_agree_with_a_dictionary() => RunAsync(firstSeed: 1, prefix: null);

    public Task Random_operations_of_a_prefix_view_agree_with_a_dictionary_and_touch_nothing_else() => RunAsync(firstSeed: 101, "view");

    private async Task RunAsync(int firstSeed, string? prefix)
    {
        for (var seed = firstSeed; seed < firstSeed + 5; seed++)
        {
            await ModelTest.RunAsync(Harness, seed, Steps, prefix);
        }
    }
}
