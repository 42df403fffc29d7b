using Larder.HitRatio.Policies;

namespace Larder.HitRatio.Reports;

/// <summary>Prints means over all rows, and the rows in which the library does worst.</summary>
internal static class SummaryReport
{
    /// <summary>Below this capacity, a single entry is more than a point's worth of cache.</summary>
    private const int SmallCapacity = 100;

    private const int WorstRows = 10;

    public static void Write(TextWriter output, IReadOnlyList<ResultRow> rows)
    {
        foreach (var group in rows.GroupBy(row => row.Measure))
        {
            var all = group.ToList();
            output.WriteLine($"\nSummary of {all.Count} rows; {TraceReport.Title(group.Key)}");
            WriteMeans(output, all);
            WriteWorst(output, all);
        }

        if (rows.MaxBy(row => row.Excess) is { Excess: > 0 } fullest)
        {
            output.WriteLine($"\nLarder was over its limit at the end by up to {TextTable.Percent(100 * fullest.Excess)} ({fullest.Trace}, size {TextTable.Percent(fullest.Percent)}, capacity {TextTable.Integer(fullest.Capacity)}).");
        }
    }

    private static void WriteMeans(TextWriter output, List<ResultRow> rows)
    {
        var policies = Policy.All.Where(rows[0].Ratios.ContainsKey).ToList();
        var table = new TextTable();
        table.Add(["", .. policies.Select(policy => policy.Name)]);
        AddLine("hit ratio, mean", policy => TextTable.Number(rows.Average(row => row[policy])));
        if (policies.Contains(Policy.Optimum))
        {
            AddLine("gap to OPT, mean", policy => TextTable.Number(rows.Average(row => row.Lead(Policy.Optimum, policy))));
        }

        AddLine("to W-TinyLFU, mean", policy => TextTable.Difference(rows.Average(row => row.Lead(policy, Policy.WindowTinyLfu))));
        AddLine("rows above LRU by more than 1", policy => TextTable.Integer(rows.Count(row => row.Lead(policy, Policy.Lru) > 1)));
        AddLine("rows below LRU by more than 1", policy => TextTable.Integer(rows.Count(row => IsBelowLru(row, policy))));
        if (rows[0].Measure == Measure.Entries)
        {
            AddLine(
                $"- with a capacity of {SmallCapacity} or more",
                policy => TextTable.Integer(rows.Count(row => row.Capacity >= SmallCapacity && IsBelowLru(row, policy))));
        }

        table.Write(output);

        void AddLine(string name, Func<Policy, string> cell) => table.Add([name, .. policies.Select(cell)]);
    }

    private static bool IsBelowLru(ResultRow row, Policy policy) => row.Lead(policy, Policy.Lru) < -1;

    private static void WriteWorst(TextWriter output, List<ResultRow> rows)
    {
        var worst = rows.Where(row => Deficit(row) > 1).OrderByDescending(Deficit).Take(WorstRows).ToList();
        if (worst.Count == 0)
        {
            return;
        }

        output.WriteLine("\n  Where Larder is furthest below the better one of LRU and W-TinyLFU:");
        var table = new TextTable();
        table.Add("trace", "size", "capacity", "LRU", "W-TinyLFU", "Larder", "below");
        foreach (var row in worst)
        {
            table.Add(
                row.Trace,
                TextTable.Percent(row.Percent),
                TextTable.Integer(row.Capacity),
                TextTable.Number(row[Policy.Lru]),
                TextTable.Number(row[Policy.WindowTinyLfu]),
                TextTable.Number(row[Policy.Larder]),
                TextTable.Number(Deficit(row)));
        }

        table.Write(output);
    }

    private static double Deficit(ResultRow row) => Math.Max(row.Lead(Policy.Lru, Policy.Larder), row.Lead(Policy.WindowTinyLfu, Policy.Larder));
}
