using Larder.Redis.Tests.Servers;

namespace Larder.Soak.Schedules;

/// <summary>Many schedules, each with a seed of its own.</summary>
internal static class ScheduleRun
{
    private const int Nodes = 2;
    private const int Shown = 60;

    public static async Task<bool> RunAsync(Arguments arguments, TextWriter output)
    {
        var (first, count) = (arguments.Number("seed", 1), arguments.Number("seeds", 2_000));
        var (hasFaults, isUnguarded) = (!arguments.Has("no-faults"), arguments.Has("unguarded"));
        arguments.RefuseOthers();
        var result = await RunAsync(first, count, hasFaults, isUnguarded, output);
        await output.WriteLineAsync(result.ToString());
        return result.Passed;
    }

    public static async Task<RunResult> RunAsync(int first, int count, bool hasFaults, bool isUnguarded, TextWriter log)
    {
        await using var server = await RedisServer.StartAsync();
        AppContext.SetSwitch("Larder.Testing.Unguarded", isUnguarded);
        var nodes = new Node[Nodes];
        var failures = new List<string>();
        var (reads, changes, steps) = (0, 0, 0);
        try
        {
            for (var i = 0; i < Nodes; i++)
            {
                nodes[i] = await Node.StartAsync(server.Port, $"{(char)('A' + i)}");
            }

            for (var seed = first; seed < first + count && failures.Count < 3; seed++)
            {
                var schedule = new Schedule(seed, nodes, hasFaults);
                var wrong = await schedule.RunAsync();
                (reads, changes, steps) = (reads + schedule.Reads, changes + schedule.Changes, steps + schedule.Steps);
                if (wrong.Count > 0)
                {
                    failures.Add($"seed {seed}: {wrong[0]}");
                    await log.WriteLineAsync($"seed {seed}:\n  {string.Join("\n  ", schedule.Log.TakeLast(Shown))}");
                }
            }
        }
        finally
        {
            AppContext.SetSwitch("Larder.Testing.Unguarded", false);
            foreach (var node in nodes.Where(node => node is not null))
            {
                await node.DisposeAsync();
            }
        }

        return new RunResult($"schedules {first} to {first + count - 1}: {reads} reads, {changes} changes, {steps} steps", failures);
    }
}
