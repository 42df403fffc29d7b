namespace Larder.HitRatio.Reports;

internal static class GapPlot
{
    public static void Write(string path, IReadOnlyList<ResultRow> rows) => File.WriteAllText(path, $"{rows.Count}");
}
