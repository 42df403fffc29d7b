using System.Globalization;
using Larder.HitRatio.Policies;

namespace Larder.HitRatio.Reports;

/// <summary>Writes the means of all rows as tables of Markdown, and beside them what the library has to reach.</summary>
internal static class MarkdownReport
{
    /// <summary>Below this capacity, a single entry is more than a point's worth of cache.</summary>
    private const int SmallCapacity = 100;

    private const double MostGap = 4.9;
    private const double LeastLead = 0.8;

    public static void Write(string path, IReadOnlyList<ResultRow> rows, bool isRecorded)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        var all = rows.Where(row => row.Measure == Measure.Entries).ToList();
        var weighted = rows.Where(row => row.Measure == Measure.BytesByRequest).ToList();
        var weighedBytes = rows.Where(row => row.Measure == Measure.BytesByByte).ToList();
        writer.WriteLine($"| mean of {all.Count} rows, percent | {string.Join(" | ", Policy.All.Select(policy => policy.Name))} |");
        writer.WriteLine($"|---|{string.Concat(Policy.All.Select(_ => "--:|"))}");
        Line("hit ratio", all, policy => Number(all.Average(row => row[policy])));
        Line("gap to OPT", all, policy => Number(all.Average(row => row.Lead(Policy.Optimum, policy))));
        Line("rows above / below LRU by more than 1 point", all, policy => policy == Policy.Lru ? "" : $"{all.Count(row => row.Lead(policy, Policy.Lru) > 1)} / {all.Count(row => row.Lead(policy, Policy.Lru) < -1)}");
        if (weighted.Count > 0)
        {
            Line($"bounded by bytes ({weighted.Count} rows), by requests", weighted, policy => Number(weighted.Average(row => row[policy])));
            Line($"bounded by bytes ({weighedBytes.Count} rows), by bytes", weighedBytes, policy => Number(weighedBytes.Average(row => row[policy])));
        }

        if (isRecorded)
        {
            WriteTargets(writer, all);
        }

        void Line(string name, List<ResultRow> of, Func<Policy, string> cell) =>
            writer.WriteLine($"| {name} | {string.Join(" | ", Policy.All.Select(policy => of[0].Ratios.ContainsKey(policy) ? cell(policy) : ""))} |");
    }

    /// <summary>They were set for recorded traces.</summary>
    private static void WriteTargets(StreamWriter writer, List<ResultRow> all)
    {
        var gap = all.Average(row => row.Lead(Policy.Optimum, Policy.Larder));
        var lead = all.Average(row => row.Lead(Policy.Larder, Policy.WindowTinyLfu));
        var below = all.Count(row => row.Capacity >= SmallCapacity && row.Lead(Policy.Larder, Policy.Lru) < -1);
        writer.WriteLine();
        writer.WriteLine("| measure | target | measured | |");
        writer.WriteLine("|---|--:|--:|---|");
        writer.WriteLine($"| mean gap to OPT, points | at most {Number(MostGap)} | {Number(gap)} | {Verdict(gap <= MostGap)} |");
        writer.WriteLine($"| above the W-TinyLFU simulator, points | at least {Number(LeastLead)} | {Number(lead)} | {Verdict(lead >= LeastLead)} |");
        writer.WriteLine($"| rows more than 1 point below LRU, at {SmallCapacity} entries or more | 0 | {below} | {Verdict(below == 0)} |");
    }

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Verdict(bool isMet) => isMet ? "met" : "missed";
}
