using Larder.Soak.Faults;
using Larder.Soak.Processes;

namespace Larder.Soak.Stampede;

/// <summary>All variants of the stampede, or those that are asked for, each several times.</summary>
internal static class StampedeRun
{
    /// <summary>From how many rounds of a variant on the wake-up is judged by all of them together.</summary>
    private const int RoundsToJudge = 10;

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
        var wakeUps = new LatencyHistogram();
        foreach (var variant in variants)
        {
            IEnumerable<StampedeOptions> rounds = Enumerable.Repeat(options, options.Rounds);
            foreach (var round in StampedeVerdict.WakesUp(variant) ? rounds.Append(options with { Callers = options.Processes }) : rounds)
            {
                var stampede = new StampedeRound(round, variant, topology, settings);
                var result = await stampede.RunAsync();
                await output.WriteLineAsync(result.ToString());
                failed += result.Passed ? 0 : 1;
                if (StampedeVerdict.WakesUp(variant) && round == options)
                {
                    wakeUps.Add(stampede.WakeUps);
                }
            }
        }

        // Of a few crowds one may have met a machine that was busy with something else.
        var isLate = options.Rounds >= RoundsToJudge && wakeUps.Percentile(0.5) > options.WakeUpLimit.TotalMilliseconds;
        var passed = failed == 0 && !isLate;
        await output.WriteLineAsync(FormattableString.Invariant(
            $"stampede: wake-up of all {wakeUps.Count} p50 {wakeUps.Percentile(0.5):0.0} p99 {wakeUps.Percentile(0.99):0.0} ms{(isLate ? ", which is too long" : "")}; {failed} failed | {(passed ? "pass" : "FAIL")}"));
        return passed;
    }
}
