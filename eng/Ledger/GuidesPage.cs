using System.Globalization;
using System.Text.RegularExpressions;

namespace Larder.Guides;

/// <summary>
/// docs/reference/guides.md: tables whose lines begin with a number and end with what shows that they are true. In the last cell, separated by <c>&lt;br&gt;</c>,
/// stand links to pages, which are written by hand, and tests, which are written by the tool.
/// </summary>
internal sealed partial class GuidesPage
{
    public const string Path = "docs/reference/guides.md";

    private const string Separator = "<br>";
    private readonly string[] _lines;

    private GuidesPage(string[] lines)
    {
        _lines = lines;
        var isFault = false;
        var rows = new List<LedgerRow>();
        for (var i = 0; i < lines.Length; i++)
        {
            isFault = lines[i].StartsWith("## ", StringComparison.Ordinal) ? lines[i] == "## Faults" : isFault;
            if (NumberedLine().Match(lines[i]) is { Success: true } match)
            {
                var items = match.Groups["proof"].Value.Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                rows.Add(new LedgerRow(
                    int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture),
                    isFault,
                    i,
                    [.. items.Where(item => item.StartsWith('['))],
                    [.. items.Where(item => !item.StartsWith('[')).Select(item => item.Replace("`", "", StringComparison.Ordinal))]));
            }
        }

        Rows = rows;
    }

    public IReadOnlyList<LedgerRow> Rows { get; }

    public static GuidesPage Parse(string text) => new(text.Split('\n'));

    /// <summary>Gets what the page says of a test.</summary>
    public static string TextOf(LedgerTest test) => $"{test.Project}: {test.Name}";

    /// <summary>Gets the target of a link, without the heading.</summary>
    public static string TargetOf(string link) => LinkTarget().Match(link).Groups["target"].Value;

    /// <summary>Gets the page with the tests that carry the number of each row in the place of those that it names.</summary>
    public string With(IReadOnlyList<LedgerTest> tests)
    {
        var lines = (string[])_lines.Clone();
        foreach (var row in Rows)
        {
            var proof = row.Pages.Concat(tests.Where(row.IsProvedBy).Select(test => $"{test.Project}: `{test.Name}`"));
            lines[row.Line] = NumberedLine().Replace(lines[row.Line], match => $"{match.Groups["before"].Value} {string.Join(Separator, proof)} |");
        }

        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"^(?<before>\| *(?<number>\d+) *\|.*(?<!\\)\|)(?<proof>[^|]*)\|$")]
    private static partial Regex NumberedLine();

    [GeneratedRegex(@"\]\((?<target>[^)#]*)")]
    private static partial Regex LinkTarget();
}
