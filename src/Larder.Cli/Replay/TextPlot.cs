using System.Globalization;
using System.Text;

namespace Larder.Cli.Replay;

/// <summary>Draws curves with characters: hit ratio upwards, size to the right, each step of which is a multiple of the one before.</summary>
internal static class TextPlot
{
    private const int Height = 16;
    private const int LabelWidth = 6;
    private static readonly Dictionary<string, char> s_marks = new(StringComparer.Ordinal) { ["optimum"] = '.', ["lru"] = 'o', ["larder"] = '#' };

    /// <summary>Draws.</summary>
    /// <param name="points">The curve.</param>
    /// <param name="policies">Whose curves; the first one is drawn above the others.</param>
    /// <param name="width">How many columns there are.</param>
    /// <param name="show">Gets the text of a size.</param>
    public static string Draw(IReadOnlyList<CurvePoint> points, IReadOnlyList<ReplayPolicy> policies, int width, Func<long, string> show)
    {
        width = Math.Clamp(width - LabelWidth - 2, 20, 80);
        var most = Math.Max(0.01, points.Max(point => point.HitRatios.Values.DefaultIfEmpty().Max()));
        var cells = new char[Height, width];
        foreach (var policy in policies.Reverse())
        {
            Mark(cells, points, policy.Name, most, width);
        }

        var text = new StringBuilder();
        for (var row = 0; row < Height; row++)
        {
            var label = row % 5 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{100 * most * (Height - 1 - row) / (Height - 1):0} %") : "";
            var line = new char[width];
            for (var column = 0; column < width; column++)
            {
                line[column] = cells[row, column] == 0 ? ' ' : cells[row, column];
            }

            text.Append(label.PadLeft(LabelWidth)).Append(" |").Append(new string(line).TrimEnd()).Append('\n');
        }

        var (least, largest) = (show(points[0].Capacity), show(points[^1].Capacity));
        text.Append(' ', LabelWidth + 1).Append('+').Append('-', width).Append('\n')
            .Append(' ', LabelWidth + 2).Append(least).Append(largest.PadLeft(Math.Max(largest.Length + 1, width - least.Length))).Append('\n')
            .Append(' ', LabelWidth + 2).AppendJoin("   ", policies.Select(policy => $"{s_marks[policy.Name]} {policy.Title}")).Append('\n');
        return text.ToString();
    }

    /// <summary>Marks a curve column by column, with straight lines between its points.</summary>
    private static void Mark(char[,] cells, IReadOnlyList<CurvePoint> points, string policy, double most, int width)
    {
        var known = points.Where(point => point.HitRatios.ContainsKey(policy)).ToArray();
        for (var column = 0; column < width && known.Length > 0; column++)
        {
            var ratio = At(known, policy, Position(points[0].Capacity, points[^1].Capacity, (double)column / (width - 1)));
            var row = Height - 1 - (int)Math.Round(ratio / most * (Height - 1));
            cells[row, column] = s_marks[policy];
        }
    }

    /// <summary>Gets the logarithm of a size between two others.</summary>
    private static double Position(long least, long largest, double part) => Math.Log(least) + (part * (Math.Log(largest) - Math.Log(least)));

    private static double At(CurvePoint[] points, string policy, double position)
    {
        var after = Array.FindIndex(points, point => Math.Log(point.Capacity) >= position - 1e-9);
        if (after <= 0)
        {
            return points[after < 0 ? ^1 : 0].HitRatios[policy];
        }

        var (left, right) = (points[after - 1], points[after]);
        var part = (position - Math.Log(left.Capacity)) / (Math.Log(right.Capacity) - Math.Log(left.Capacity));
        return left.HitRatios[policy] + (part * (right.HitRatios[policy] - left.HitRatios[policy]));
    }
}
