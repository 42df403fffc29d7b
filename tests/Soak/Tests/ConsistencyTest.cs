using Larder.Soak.Caches;
using Larder.Soak.Consistency;
using Larder.Soak.Faults;

namespace Larder.Soak.Tests;

/// <summary>Cells of the consistency run.</summary>
public abstract class ConsistencyTest(ITestOutputHelper output) : SoakTest(output)
{
    private static readonly ConsistencyOptions s_short = new() { Length = Seconds(10) };

    protected Task PassesAsync(string fault) => AssertPassesAsync(() => new ConsistencyCell(s_short, FaultPlans.Named(fault), Topology.Standalone).RunAsync());

    /// <summary>Without copies no process is told of changes, and no read may be late. There are few keys, which many readers wait for, because loads take up to a second; commands
    /// may take long, because what is put off is late elsewhere.</summary>
    protected async Task PassesWithSlowLoadsAsync() => AssertPassed(await new ConsistencyCell(
        s_short with { Length = Seconds(4), LoadMilliseconds = 100, Readers = 60, Keys = 300, IsStrict = true, Settings = ["Larder:Redis:LocalCopies=None", Patient] }, FaultPlans.Named("none"), Topology.Standalone).RunAsync());

    protected async Task FailsAsync(string control) =>
        AssertFailed(await new ConsistencyCell(s_short with { Length = Seconds(3), Control = Enum.Parse<Control>(control) }, FaultPlans.Named("none"), Topology.Standalone).RunAsync());

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("LARDER_SOAK_CELL_SECONDS"), out var asked) ? asked : seconds);
}
