using Larder.Soak.Consistency;
using Larder.Soak.Faults;
using Larder.Soak.Stampede;

namespace Larder.Soak;

/// <summary>Short forms of the runs, with processes and servers as real as those of the long ones. One after the other, so that none is in the way of another.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private static readonly ConsistencyOptions Short = new() { Length = Seconds(10) };

    [Theory]
    [InlineData("none")]
    [InlineData("kill")]
    [InlineData("stop")]
    [InlineData("partition")]
    [InlineData("resets")]
    [InlineData("kill-tracking")]
    public async Task No_read_is_older_than_an_invalidation_that_was_acknowledged_before_it(string fault) =>
        AssertPassed(await new ConsistencyCell(Short, FaultPlans.Named(fault), Topology.Standalone, [], isNaive: false).RunAsync());

    [Fact]
    public async Task A_dictionary_in_front_of_a_shared_cache_fails_the_consistency_run()
    {
        var result = await new ConsistencyCell(Short with { Length = Seconds(3) }, FaultPlans.Named("none"), Topology.Standalone, [], isNaive: true).RunAsync();

        output.WriteLine(result.ToString());
        Assert.False(result.Passed);
    }

    [Theory]
    [InlineData(nameof(StampedeVariant.Cold))]
    [InlineData(nameof(StampedeVariant.Removed))]
    [InlineData(nameof(StampedeVariant.Killed))]
    public async Task Ten_thousand_callers_in_four_processes_cost_as_few_loads_as_promised(string variant) =>
        AssertPassed(await new StampedeRound(new(), Enum.Parse<StampedeVariant>(variant), Topology.Standalone, []).RunAsync());

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("LARDER_SOAK_CELL_SECONDS"), out var asked) ? asked : seconds);

    private void AssertPassed(RunResult result)
    {
        output.WriteLine(result.ToString());
        Assert.True(result.Passed, result.ToString());
    }
}
