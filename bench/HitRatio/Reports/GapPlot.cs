using System.Globalization;
using System.Text;
using Larder.HitRatio.Policies;

namespace Larder.HitRatio.Reports;

/// <summary>
/// Draws how far each policy stays below the optimum: a group of bars for each trace, the mean over its sizes, and one for all rows. The picture
/// brings its own background, dark where the reader prefers it.
/// </summary>
internal static class GapPlot
{
    private const int Width = 860;
    private const int PlotLeft = 170;
    private const int PlotRight = 780;
    private const int ValueRight = 832;
    private const int PlotTop = 96;
    private const int BarHeight = 7;
    private const int BarPitch = 8;
    private const int GroupGap = 14;

    private const string Style = """
        text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f; }
        .title { font-size: 16px; font-weight: 600; }
        .note, .tick { fill: #57606a; }
        .tick, .value { font-size: 11px; }
        .own, .whole { font-weight: 600; }
        .page { fill: #ffffff; }
        .band { fill: #f3f5f7; }
        .grid { stroke: #d0d7de; stroke-width: 1; }
        .zero { stroke: #57606a; stroke-width: 1; }
        .lru { fill: #a8b0b8; }
        .s3-fifo { fill: #e0a030; }
        .sieve { fill: #3f9b78; }
        .w-tinylfu { fill: #4a86c5; }
        .larder { fill: #c2410c; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3; }
          .note, .tick { fill: #9ea7b3; }
          .page { fill: #0d1117; }
          .band { fill: #161b22; }
          .grid { stroke: #30363d; }
          .zero { stroke: #9ea7b3; }
          .lru { fill: #6e7781; }
          .s3-fifo { fill: #d29922; }
          .sieve { fill: #46a67f; }
          .w-tinylfu { fill: #5a9be0; }
          .larder { fill: #f0703a; }
        }
        """;

    /// <summary>Draws the rows that have an optimum.</summary>
    public static void Write(string path, IReadOnlyList<ResultRow> rows)
    {
        var measured = rows.Where(row => row.Measure == Measure.Entries).ToList();
        var policies = Policy.All.Where(policy => policy != Policy.Optimum).ToList();
        var groups = measured.GroupBy(row => row.Trace).Select(group => new Group(group.Key, Gaps(group), IsWhole: false)).ToList();
        groups.Insert(0, new Group("all traces", Gaps(measured), IsWhole: true));
        File.WriteAllText(path, Draw(groups, policies, measured));

        List<double> Gaps(IEnumerable<ResultRow> of) => [.. policies.Select(policy => of.Average(row => row.Lead(Policy.Optimum, policy)))];
    }

    private static string Draw(List<Group> groups, List<Policy> policies, List<ResultRow> rows)
    {
        var pitch = (policies.Count * BarPitch) + GroupGap;
        var plotBottom = PlotTop + (groups.Count * pitch);
        var height = plotBottom + 44;
        var step = TickStep(groups.Max(group => group.Gaps.Max()));
        var most = step * Math.Ceiling(groups.Max(group => group.Gaps.Max()) / step);
        var sizes = string.Join(", ", rows.Select(row => row.Percent).Distinct().Select(percent => percent.ToString(CultureInfo.InvariantCulture)));

        var svg = new StringBuilder();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" role="img" aria-labelledby="title note">""");
        Line(svg, $"<style>\n{Style}\n</style>");
        Line(svg, $"""<rect class="page" width="{Width}" height="{height}"/>""");
        Line(svg, $"""<text class="title" id="title" x="20" y="30">Gap to the optimum in points of hit ratio; shorter is better</text>""");
        Line(svg, $"""<text class="note" id="note" x="20" y="50">Mean over cache sizes of {sizes} % of the keys of a trace. The optimum is Belady's, which knows the future.</text>""");
        DrawLegend(svg, policies);
        DrawBands(svg, groups, pitch);
        DrawGrid(svg, step, most, plotBottom);
        for (var i = 0; i < groups.Count; i++)
        {
            DrawGroup(svg, groups[i], policies, most, PlotTop + (i * pitch), pitch);
        }

        Line(svg, $"</svg>");
        return svg.ToString();
    }

    private static void DrawLegend(StringBuilder svg, List<Policy> policies)
    {
        var x = PlotLeft;
        foreach (var policy in policies)
        {
            Line(svg, $"""<rect class="{Class(policy)}" x="{x}" y="64" width="12" height="12" rx="2"/>""");
            Line(svg, $"""<text x="{x + 18}" y="74"{(policy == Policy.Larder ? " class=\"own\"" : "")}>{policy.Name}</text>""");
            x += 50 + (policy.Name.Length * 7);
        }

        Line(svg, $"""<text class="value own" x="{ValueRight}" y="74" text-anchor="end">{Policy.Larder.Name}</text>""");
    }

    private static void DrawBands(StringBuilder svg, List<Group> groups, int pitch)
    {
        for (var i = 0; i < groups.Count; i += 2)
        {
            Line(svg, $"""<rect class="band" x="20" y="{PlotTop + (i * pitch)}" width="{Width - 40}" height="{pitch}" rx="3"/>""");
        }
    }

    private static void DrawGrid(StringBuilder svg, double step, double most, int bottom)
    {
        for (var value = 0.0; value <= most + (step / 2); value += step)
        {
            var x = X(value, most);
            Line(svg, $"""<line class="{(value == 0 ? "zero" : "grid")}" x1="{x:0.#}" y1="{PlotTop}" x2="{x:0.#}" y2="{bottom + 5}"/>""");
            Line(svg, $"""<text class="tick" x="{x:0.#}" y="{bottom + 20}" text-anchor="middle">{value:0.##}</text>""");
        }
    }

    private static void DrawGroup(StringBuilder svg, Group group, List<Policy> policies, double most, int top, int pitch)
    {
        var name = group.Name.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
        Line(svg, $"""<text x="{PlotLeft - 10}" y="{top + (pitch / 2) + 4}" text-anchor="end"{(group.IsWhole ? " class=\"whole\"" : "")}>{name}</text>""");
        for (var i = 0; i < policies.Count; i++)
        {
            var y = top + (GroupGap / 2) + (i * BarPitch);
            var width = X(group.Gaps[i], most) - PlotLeft;
            Line(svg, $"""<rect class="{Class(policies[i])}" x="{PlotLeft}" y="{y}" width="{width:0.#}" height="{BarHeight}"><title>{name}, {policies[i].Name}: {group.Gaps[i]:0.00}</title></rect>""");
            if (policies[i] == Policy.Larder)
            {
                Line(svg, $"""<text class="value own" x="{ValueRight}" y="{top + (pitch / 2) + 4}" text-anchor="end">{group.Gaps[i]:0.0}</text>""");
            }
        }
    }

    private static double X(double value, double most) => PlotLeft + (value / most * (PlotRight - PlotLeft));

    /// <summary>Finds a round step that makes four to nine of the longest bar.</summary>
    private static double TickStep(double longest)
    {
        var step = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(longest, 0.01))));
        return longest / step < 2 ? step / 5 : longest / step < 4 ? step / 2 : step;
    }

    private static string Class(Policy policy) => policy.Name.ToLowerInvariant();

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private sealed record Group(string Name, IReadOnlyList<double> Gaps, bool IsWhole);
}
