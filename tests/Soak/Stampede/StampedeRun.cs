using Larder.Soak.Faults;

namespace Larder.Soak.Stampede;

/// <summary>All variants of the stampede, or those that are asked for, each several times.</summary>
internal static class StampedeRun
{
    public static async Task<bool> RunAsync(Arguments arguments, TextWriter output)
    {
        var options = StampedeOptions.From(arguments);
        var topology = Enum.Parse<Topology>(arguments.Text("topology", nameof(Topology.Standalone)), ignoreCase: true);
        var settings = arguments.All("set");
        var variants = arguments.Text("variant", "all") is var names && names == "all"
            ? Enum.GetValues<StampedeVariant>().Where(variant => variant != StampedeVariant.Down || topology == Topology.Standalone)
            : names.Split(',').Select(name => Enum.Parse<StampedeVariant>(name, ignoreCase: true));
        arguments.RefuseOthers();

        var failed = 0;
        foreach (var variant in variants)
        {
            IEnumerable<StampedeOptions> rounds = Enumerable.Repeat(options, options.Rounds);
            foreach (var round in StampedeVerdict.WakesUp(variant) ? rounds.Append(options with { Callers = options.Processes }) : rounds)
            {
                var result = await new StampedeRound(round, variant, topology, settings).RunAsync();
                await output.WriteLineAsync(result.ToString());
                failed += result.Passed ? 0 : 1;
            }
        }

        await output.WriteLineAsync($"stampede: {failed} failed | {(failed == 0 ? "pass" : "FAIL")}");
        return failed == 0;
    }
}
