namespace ApiExplorer.Load;

/// <summary>The load mode: the same requests without and with the cache, one table, a verdict.</summary>
internal static class LoadCommand
{
    // Both runs take turns, so that whatever else the machine does falls on both alike.
    private const int Turns = 3;

    private static readonly RequestMix[] Mixes = [RequestMix.Pages, RequestMix.SearchAndSummary];

    /// <summary>Returns whether all criteria hold.</summary>
    public static async Task<bool> RunAsync(ExplorerOptions options, TextWriter output)
    {
        output.WriteLine(
            $"{options.Connections} connections, seed {options.Seed}, Zipf 0.99 over all types, 5 % writes, "
            + $"memory limit 20 % of the rows, {Environment.ProcessorCount} processors");
        return options.WithoutInvalidation ? await ProveCheckerAsync(options, output) : await CompareAsync(options, output);
    }

    private static async Task<bool> CompareAsync(ExplorerOptions options, TextWriter output)
    {
        await using var without = await LoadRun.StartAsync(options, cached: false, CancellationToken.None);
        await using var with = await LoadRun.StartAsync(options, cached: true, CancellationToken.None);
        output.WriteLine($"Dashboard of the server with the cache, under development: {with.Dashboard}");
        var rows = new List<LoadReportRow>();
        foreach (var mix in Mixes)
            rows.AddRange(await MeasureAsync(options, output, mix, without, with));

        var measuredWithout = rows.Where(static row => !row.Cached).Select(static row => row.Measurement).ToList();
        var measuredWith = rows.Where(static row => row.Cached).Select(static row => row.Measurement).ToList();
        rows.Add(new LoadReportRow("all", false, new Measurement(measuredWithout)));
        rows.Add(new LoadReportRow("all", true, new Measurement(measuredWith)));
        LoadReport.Write(output, rows);

        var criteria = Verdict.Judge(measuredWithout, measuredWith);
        output.WriteLine();
        foreach (var criterion in criteria)
            output.WriteLine($"{(criterion.Holds ? "PASS" : "FAIL")}  {criterion.Text}");
        return criteria.All(static criterion => criterion.Holds);
    }

    /// <summary>With invalidation switched off the checker must find stale answers, or its 0 would mean nothing.</summary>
    private static async Task<bool> ProveCheckerAsync(ExplorerOptions options, TextWriter output)
    {
        await using var with = await LoadRun.StartAsync(options, cached: true, CancellationToken.None);
        var rows = new List<LoadReportRow>();
        foreach (var mix in Mixes)
            rows.AddRange(await MeasureAsync(options, output, mix, with));
        LoadReport.Write(output, rows);

        var stale = rows.Sum(static row => row.Measurement.Stale);
        output.WriteLine();
        output.WriteLine($"{(stale > 0 ? "PASS" : "FAIL")}  {stale:N0} stale answers found with invalidation switched off (more than 0)");
        return stale > 0;
    }

    private static async Task<IEnumerable<LoadReportRow>> MeasureAsync(
        ExplorerOptions options, TextWriter output, RequestMix mix, params IReadOnlyList<LoadRun> runs)
    {
        output.WriteLine($"{mix.Name}: warm-up and {Turns} turns of {(double)options.Seconds / Turns:N1} s each");
        var parts = runs.ToDictionary(static run => run, static _ => new List<Measurement>());
        foreach (var run in runs.OrderByDescending(static run => run.Cached)) // First the one that the dashboard shows: who has just started it sees something at once.
            await run.WarmUpAsync(mix, CancellationToken.None);
        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var run in runs)
                parts[run].Add(await run.MeasureAsync(mix, TimeSpan.FromSeconds(options.Seconds) / Turns, CancellationToken.None));
        }

        foreach (var run in runs)
            parts[run].Add(await run.AuditAsync(CancellationToken.None));
        return runs.Select(run => new LoadReportRow(mix.Name, run.Cached, new Measurement(parts[run])));
    }
}
