using Larder.Soak.Faults;

namespace Larder.Soak.Consistency;

/// <summary>The matrix of cells: every fault that the topology has, or those that are asked for.</summary>
internal static class ConsistencyRun
{
    public static async Task<bool> RunAsync(Arguments arguments, TextWriter output)
    {
        var options = ConsistencyOptions.From(arguments);
        var topology = arguments.Choice("topology", Topology.Standalone);
        var plans = arguments.Text("fault", "all") is var names && names == "all"
            ? FaultPlans.Of(topology)
            : [.. names.Split(',').Select(name => FaultPlans.Named(name, topology))];
        arguments.RefuseOthers();

        var failed = 0;
        var cells = 0;
        foreach (var plan in plans)
        {
            var result = await new ConsistencyCell(options, plan, topology).RunAsync();
            await output.WriteLineAsync(result.ToString());
            cells++;
            failed += result.Passed ? 0 : 1;
        }

        await output.WriteLineAsync($"consistency: {cells} cells, {failed} failed | {(failed == 0 ? "pass" : "FAIL")}");
        return failed == 0;
    }
}
