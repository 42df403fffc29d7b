namespace Larder.Soak.WriteBehind;

/// <summary>The short form of the run, with processes and servers as real as those of the long one.</summary>
[Trait("Category", "Slow")]
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Scenario", "S27")]
    public async Task Scenario_27_no_acknowledged_write_is_lost_repeated_or_out_of_order_when_processes_are_killed()
    {
        var result = await new SoakRun { Writes = 3_000, Kills = 6 }.RunAsync();

        output.WriteLine(result.ToString());
        Assert.True(result.Passed, result.ToString());
    }
}
