using Larder.Soak.Faults;
using Larder.Soak.Outage;
using Larder.Soak.Processes;
using Larder.Soak.Push;
using Larder.Soak.Stampede;

namespace Larder.Soak.Tests;

/// <summary>The runs in which times are measured throughout.</summary>
[Trait("Category", "Alone")]
[Trait("Category", "Slow")]
public sealed class LoadTests(ITestOutputHelper output) : SoakTest(output)
{
    /// <summary>Waking thousands of callers is the work of the machine, which tests share with others; the long run has the limits that are promised.</summary>
    private static readonly StampedeOptions s_crowd = new() { Slack = TimeSpan.FromSeconds(3), WakeUpLimit = TimeSpan.FromMilliseconds(100) };

    private static readonly OutageOptions s_outage = new()
    {
        Away = TimeSpan.FromSeconds(4), Around = TimeSpan.FromSeconds(2), AddedLimit = TimeSpan.FromMilliseconds(20), Slack = TimeSpan.FromSeconds(2),
    };

    [Theory]
    [Trait("Scenario", "S9")]
    [Trait("Scenario", "S10")]
    [Trait("Scenario", "S11")]
    [InlineData(nameof(StampedeVariant.Cold))]
    [InlineData(nameof(StampedeVariant.Removed))]
    [InlineData(nameof(StampedeVariant.Killed))]
    [InlineData(nameof(StampedeVariant.Down))]
    public async Task Ten_thousand_callers_in_four_processes_cost_as_few_loads_as_promised(string variant)
    {
        using var turn = await Turn.TakeAsync();
        var isDown = variant == nameof(StampedeVariant.Down);
        await AssertPassesAsync(() => new StampedeRound(s_crowd, Enum.Parse<StampedeVariant>(variant), Topology.Standalone, isDown ? [] : [Patient]).RunAsync());
    }

    [Theory]
    [Trait("Scenario", "S4")]
    [Trait("Scenario", "S5")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_read_is_answered_while_Redis_is_away(bool isPause)
    {
        using var turn = await Turn.TakeAsync();
        AssertPassed(await new OutageRun(s_outage, isPause, []).RunAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_of_another_program_is_seen(bool byRedisClient)
    {
        using var turn = await Turn.TakeAsync();
        await AssertPassesAsync(() => new PushRun(writes: 200, limit: TimeSpan.FromSeconds(1), []).RunAsync(byRedisClient));
    }
}
