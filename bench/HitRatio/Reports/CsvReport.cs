using System.Globalization;
using Larder.HitRatio.Policies;

namespace Larder.HitRatio.Reports;

/// <summary>Writes every row, with a column for each policy; empty where a policy has no figure.</summary>
internal static class CsvReport
{
    public static void Write(string path, IReadOnlyList<ResultRow> rows)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        writer.WriteLine("trace,accesses,keys,bound,ratio_by,size_percent,capacity," + string.Join(',', Policy.All.Select(policy => policy.Name)));
        foreach (var row in rows)
        {
            var bound = row.Measure == Measure.Entries ? "entries" : "bytes";
            var ratioBy = row.Measure == Measure.BytesByByte ? "bytes" : "requests";
            var ratios = Policy.All.Select(policy => row.Ratios.TryGetValue(policy, out var ratio) ? ratio.ToString("0.0000", CultureInfo.InvariantCulture) : "");
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Quote(row.Trace)},{row.Accesses},{row.KeyCount},{bound},{ratioBy},{row.Percent},{row.Capacity},{string.Join(',', ratios)}"));
        }
    }

    private static string Quote(string text) => text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
