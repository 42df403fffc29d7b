using Larder.Soak.Faults;
using Larder.Soak.Processes;

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
        var (crowds, singles) = (new LatencyHistogram(), new LatencyHistogram());
        foreach (var variant in variants)
        {
            var rounds = Enumerable.Repeat((Options: options, WakeUps: crowds), options.Rounds);
            if (StampedeVerdict.WakesUp(variant))
            {
                rounds = rounds.Concat(Enumerable.Repeat((options with { Callers = options.Processes }, singles), Math.Max(1, options.Rounds / 3)));
            }

            foreach (var (round, wakeUps) in rounds)
            {
                var stampede = new StampedeRound(round, variant, topology, settings);
                var result = await stampede.RunAsync();
                await output.WriteLineAsync(result.ToString());
                failed += result.Passed ? 0 : 1;
                if (StampedeVerdict.WakesUp(variant))
                {
                    wakeUps.Add(stampede.WakeUps);
                }
            }
        }

        var isLate = options.JudgesTogether && Math.Max(crowds.Percentile(0.5), singles.Percentile(0.5)) > options.WakeUpLimit.TotalMilliseconds;
        var passed = failed == 0 && !isLate;
        await output.WriteLineAsync($"stampede: wake-up of {Text(crowds)} in crowds, of {Text(singles)} one a process{(isLate ? ", which is too long" : "")}; {failed} failed | {(passed ? "pass" : "FAIL")}");
        return passed;
    }

    private static string Text(LatencyHistogram wakeUps) => FormattableString.Invariant($"{wakeUps.Count} p50 {wakeUps.Percentile(0.5):0.0} p99 {wakeUps.Percentile(0.99):0.0} ms");
}
