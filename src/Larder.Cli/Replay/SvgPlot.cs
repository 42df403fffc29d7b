using System.Globalization;
using System.Net;
using System.Text;

namespace Larder.Cli.Replay;

/// <summary>Draws curves as a picture, which brings its own background, dark where the reader prefers it.</summary>
internal static class SvgPlot
{
    private const int Width = 860;
    private const int Height = 480;
    private const int Left = 64;
    private const int Right = 836;
    private const int Top = 92;
    private const int Bottom = 430;

    private const string Style = """
        text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f; }
        .title { font-size: 16px; font-weight: 600; }
        .note, .tick { fill: #57606a; }
        .page { fill: #ffffff; }
        .grid { stroke: #d0d7de; stroke-width: 1; }
        .curve { fill: none; stroke-width: 2; }
        .larder { stroke: #c2410c; fill: #c2410c; }
        .lru { stroke: #8c959f; fill: #8c959f; }
        .optimum { stroke: #4a86c5; fill: #4a86c5; stroke-dasharray: 5 4; }
        .curve.larder, .curve.lru, .curve.optimum { fill: none; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3; }
          .note, .tick { fill: #9ea7b3; }
          .page { fill: #0d1117; }
          .grid { stroke: #30363d; }
          .larder { stroke: #f0703a; fill: #f0703a; }
        }
        """;

    public static string Draw(string title, string note, IReadOnlyList<CurvePoint> points, IReadOnlyList<ReplayPolicy> policies, Func<long, string> show)
    {
        var svg = new StringBuilder();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="img" aria-labelledby="title note">""");
        Line(svg, $"<style>\n{Style}\n</style>");
        Line(svg, $"""<rect class="page" width="{Width}" height="{Height}"/>""");
        Line(svg, $"""<text class="title" id="title" x="20" y="30">{WebUtility.HtmlEncode(title)}</text>""");
        Line(svg, $"""<text class="note" id="note" x="20" y="50">{WebUtility.HtmlEncode(note)}</text>""");
        var most = Math.Max(0.1, Math.Ceiling(10 * points.Max(point => point.HitRatios.Values.DefaultIfEmpty().Max())) / 10);
        for (var tenth = 0; tenth <= Math.Round(10 * most); tenth++)
        {
            var y = Y(tenth / 10.0, most);
            Line(svg, $"""<line class="grid" x1="{Left}" y1="{y:0.#}" x2="{Right}" y2="{y:0.#}"/>""");
            Line(svg, $"""<text class="tick" x="{Left - 8}" y="{y + 4:0.#}" text-anchor="end">{tenth * 10} %</text>""");
        }

        foreach (var point in points)
        {
            var x = X(point, points);
            Line(svg, $"""<line class="grid" x1="{x:0.#}" y1="{Bottom}" x2="{x:0.#}" y2="{Bottom + 5}"/>""");
            Line(svg, $"""<text class="tick" x="{x:0.#}" y="{Bottom + 20}" text-anchor="middle">{WebUtility.HtmlEncode(show(point.Capacity))}</text>""");
        }

        for (var i = 0; i < policies.Count; i++)
        {
            DrawCurve(svg, policies[i], points, most, 20 + (i * 110));
        }

        Line(svg, $"</svg>");
        return svg.ToString();
    }

    private static void DrawCurve(StringBuilder svg, ReplayPolicy policy, IReadOnlyList<CurvePoint> points, double most, int legend)
    {
        var known = points.Where(point => point.HitRatios.ContainsKey(policy.Name)).ToArray();
        var line = string.Join(' ', known.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point, points):0.#},{Y(point.HitRatios[policy.Name], most):0.#}")));
        Line(svg, $"""<line class="{policy.Name}" x1="{legend}" y1="70" x2="{legend + 22}" y2="70" stroke-width="2"/>""");
        Line(svg, $"""<text x="{legend + 28}" y="74">{policy.Title}</text>""");
        Line(svg, $"""<polyline class="curve {policy.Name}" points="{line}"/>""");
        foreach (var point in known)
        {
            Line(svg, $"""<circle class="{policy.Name}" cx="{X(point, points):0.#}" cy="{Y(point.HitRatios[policy.Name], most):0.#}" r="3"><title>{policy.Title}, {point.Capacity:N0}: {100 * point.HitRatios[policy.Name]:0.0} %</title></circle>""");
        }
    }

    private static double X(CurvePoint point, IReadOnlyList<CurvePoint> points)
    {
        var (least, largest) = (Math.Log(points[0].Capacity), Math.Log(points[^1].Capacity));
        return largest > least ? Left + ((Math.Log(point.Capacity) - least) / (largest - least) * (Right - Left)) : (Left + Right) / 2.0;
    }

    private static double Y(double ratio, double most) => Bottom - (ratio / most * (Bottom - Top));

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
