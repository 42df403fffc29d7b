using Larder.Soak.Caches;
using Larder.Soak.Consistency;
using Larder.Soak.Faults;
using Larder.Soak.Outage;
using Larder.Soak.Push;
using Larder.Soak.Schedules;
using Larder.Soak.Stampede;

namespace Larder.Soak;

/// <summary>Short forms of the runs, with processes and servers as real as those of the long ones. One after the other, so that none is in the way of another.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private static readonly ConsistencyOptions Short = new() { Length = Seconds(10) };

    /// <summary>Waking thousands of callers is the work of the machine, which tests share with others; the long run has the limits that are promised.</summary>
    private static readonly StampedeOptions Crowd = new() { Slack = TimeSpan.FromSeconds(3), WakeUpLimit = TimeSpan.FromMilliseconds(100) };

    private static readonly OutageOptions Outage = new()
    {
        Away = TimeSpan.FromSeconds(4), Around = TimeSpan.FromSeconds(2), AddedLimit = TimeSpan.FromMilliseconds(20), Slack = TimeSpan.FromSeconds(2),
    };

    [Theory]
    [Trait("Scenario", "S1")]
    [Trait("Scenario", "S2")]
    [Trait("Scenario", "S3")]
    [Trait("Scenario", "S8")]
    [Trait("Scenario", "S32")]
    [InlineData("none")]
    [InlineData("kill")]
    [InlineData("stop")]
    [InlineData("stop-client")]
    [InlineData("partition")]
    [InlineData("resets")]
    [InlineData("kill-tracking")]
    public async Task No_read_is_older_than_an_invalidation_that_was_acknowledged_before_it(string fault) =>
        AssertPassed(await new ConsistencyCell(Short, FaultPlans.Named(fault), Topology.Standalone).RunAsync());

    [Theory]
    [InlineData(nameof(Control.Naive))]
    [InlineData(nameof(Control.Unguarded))]
    public async Task What_stands_in_for_the_cache_and_is_wrong_fails_the_consistency_run(string control)
    {
        var result = await new ConsistencyCell(Short with { Length = Seconds(3), Control = Enum.Parse<Control>(control) }, FaultPlans.Named("none"), Topology.Standalone).RunAsync();

        output.WriteLine(result.ToString());
        Assert.False(result.Passed);
    }

    [Theory]
    [Trait("Scenario", "S9")]
    [Trait("Scenario", "S10")]
    [Trait("Scenario", "S11")]
    [InlineData(nameof(StampedeVariant.Cold))]
    [InlineData(nameof(StampedeVariant.Removed))]
    [InlineData(nameof(StampedeVariant.Killed))]
    [InlineData(nameof(StampedeVariant.Down))]
    public async Task Ten_thousand_callers_in_four_processes_cost_as_few_loads_as_promised(string variant) =>
        AssertPassed(await new StampedeRound(Crowd, Enum.Parse<StampedeVariant>(variant), Topology.Standalone, []).RunAsync());

    [Theory]
    [Trait("Scenario", "S4")]
    [Trait("Scenario", "S5")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_read_is_answered_while_Redis_is_away(bool isPause) => AssertPassed(await new OutageRun(Outage, isPause, []).RunAsync());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_of_another_program_is_seen(bool byRedisClient) =>
        AssertPassed(await new PushRun(writes: 200, limit: TimeSpan.FromSeconds(1), []).RunAsync(byRedisClient));

    [Fact]
    public async Task No_order_of_messages_loaders_and_faults_leaves_a_stale_copy_or_fails_a_caller() =>
        AssertPassed(await ScheduleRun.RunAsync(first: 1, count: 300, hasFaults: true, isUnguarded: false, TextWriter.Null));

    [Fact]
    public async Task A_cache_without_its_guards_is_found_out_by_the_order_of_messages()
    {
        var result = await ScheduleRun.RunAsync(first: 1, count: 300, hasFaults: true, isUnguarded: true, TextWriter.Null);

        output.WriteLine(result.ToString());
        Assert.False(result.Passed);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("LARDER_SOAK_CELL_SECONDS"), out var asked) ? asked : seconds);

    private void AssertPassed(RunResult result)
    {
        output.WriteLine(result.ToString());
        Assert.True(result.Passed, result.ToString());
    }
}
