using Larder.HitRatio.Policies;

namespace Larder.HitRatio.Reports;

/// <summary>Prints the rows of one trace, a table for each measure.</summary>
internal static class TraceReport
{
    public static void Write(TextWriter output, IReadOnlyList<ResultRow> rows)
    {
        foreach (var group in rows.GroupBy(row => row.Measure))
        {
            WriteTable(output, [.. group]);
        }
    }

    /// <summary>What a measure is called in a title.</summary>
    public static string Title(Measure measure) => measure switch
    {
        Measure.Entries => "capacity in entries, hit ratio by requests",
        Measure.BytesByRequest => "capacity in bytes, hit ratio by requests",
        _ => "capacity in bytes, hit ratio by bytes",
    };

    private static void WriteTable(TextWriter output, List<ResultRow> rows)
    {
        var first = rows[0];
        var policies = Policy.All.Where(first.Ratios.ContainsKey).ToList();
        var hasOptimum = first.Ratios.ContainsKey(Policy.Optimum);
        output.WriteLine($"\n{first.Trace}: {TextTable.Integer(first.Accesses)} accesses, {TextTable.Integer(first.KeyCount)} keys; {Title(first.Measure)}");
        var table = new TextTable();
        table.Add(["size", "capacity", .. policies.Select(policy => policy.Name), "to LRU", "to W-TinyLFU", .. hasOptimum ? ["gap to OPT"] : Array.Empty<string>()]);
        foreach (var row in rows)
        {
            table.Add(
            [
                TextTable.Percent(row.Percent),
                TextTable.Integer(row.Capacity),
                .. policies.Select(policy => TextTable.Number(row[policy])),
                TextTable.Difference(row.Lead(Policy.Larder, Policy.Lru)),
                TextTable.Difference(row.Lead(Policy.Larder, Policy.WindowTinyLfu)),
                .. hasOptimum ? [TextTable.Number(row.Lead(Policy.Optimum, Policy.Larder))] : Array.Empty<string>(),
            ]);
        }

        table.Write(output);
    }
}
