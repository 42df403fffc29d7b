using Larder.Tests.Loading;

namespace Larder.Tests.Memory.Soak;

/// <summary>
/// Random operations of all kinds from many threads, followed by full checks of the engine. 20 seconds in all; <c>LARDER_SOAK_SECONDS</c> makes it
/// longer, and <c>LARDER_SOAK_SEED</c> repeats a run that failed (the random operations, not the order in which threads get to run).
/// </summary>
[Collection(AloneCollection.Name)]
[Trait("Category", "Slow")]
public sealed class SoakTests
{
    /// <summary>A run ends with checks; a long soak is many runs.</summary>
    private static readonly TimeSpan s_longestRun = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Whatever_many_threads_do_the_engine_stays_consistent()
    {
        var duration = SoakSettings.Duration;
        var seed = SoakSettings.Seed;
        var setups = SoakSetup.All;
        var rounds = Math.Max(1, (int)Math.Ceiling(duration / (s_longestRun * setups.Count)));
        long operations = 0;
        for (var run = 0; run < rounds * setups.Count; run++)
        {
            var setup = setups[(seed + run) % setups.Count];
            try
            {
                operations += await new SoakRun(setup, seed + run).RunAsync(duration / (rounds * setups.Count));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"After {operations:N0} operations, LARDER_SOAK_SEED={seed + run}, {setup}: {exception.Message}", exception);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{operations:N0} operations in {rounds * setups.Count} runs, {duration.TotalSeconds:N0} seconds, the first with seed {seed}; no error.");
    }
}
