using Larder.Soak.Caches;

namespace Larder.Soak.Tests;

/// <summary>Consistency while nothing happens, while the server is gone, and where there is none.</summary>
[Trait("Category", "Alone")]
[Trait("Category", "Slow")]
public sealed class ServerFaultTests(ITestOutputHelper output) : ConsistencyTest(output)
{
    [Theory]
    [Trait("Scenario", "S1")]
    [Trait("Scenario", "S2")]
    [Trait("Scenario", "S3")]
    [Trait("Scenario", "S8")]
    [Trait("Scenario", "S32")]
    [InlineData("none")]
    [InlineData("kill")]
    [InlineData("stop")]
    public Task No_read_is_older_than_an_invalidation_that_was_acknowledged_before_it(string fault) => PassesAsync(fault);

    [Fact]
    public Task Who_joins_a_slow_load_gets_nothing_that_was_invalidated_before_he_came() => PassesWithSlowLoadsAsync();

    [Theory]
    [InlineData(nameof(Control.Naive))]
    [InlineData(nameof(Control.Unguarded))]
    public Task What_stands_in_for_the_cache_and_is_wrong_fails_the_consistency_run(string control) => FailsAsync(control);
}
