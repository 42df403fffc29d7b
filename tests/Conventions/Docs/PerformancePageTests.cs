using System.Text.RegularExpressions;

namespace Larder.Conventions.Docs;

/// <summary>docs/reference/performance.md holds no table that eng/performance does not write.</summary>
public partial class PerformancePageTests
{
    private const string Page = "docs/reference/performance.md";
    private const string End = "<!-- /measured -->";

    [Fact]
    public void Every_table_is_between_markers_of_its_own()
    {
        var findings = new Findings($"Tables of {Page} are written by eng/performance, between <!-- measured: NAME --> and {End}.");
        var lines = Repository.ReadLines(Page);
        var inside = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Begin().IsMatch(lines[i]) || lines[i] == End)
            {
                if (inside == (lines[i] != End))
                {
                    findings.Add($"{Page}:{i + 1}: a marker too many: {lines[i]}");
                }

                inside = lines[i] != End;
            }
            else if (lines[i].StartsWith('|') && !inside)
            {
                findings.Add($"{Page}:{i + 1}: {lines[i]}");
            }
        }

        Assert.False(inside);
        findings.AssertNone();
    }

    [Fact]
    public void The_script_and_the_page_name_the_same_tables()
    {
        var onPage = Repository.ReadLines(Page).Select(line => Begin().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);
        var inScript = Repository.ReadLines("eng/performance").Select(line => All().Match(line)).Single(match => match.Success).Groups[1].Value.Split(' ');

        Assert.Equal(inScript, onPage);
    }

    [GeneratedRegex(@"^<!-- measured: (\w+) -->$")]
    private static partial Regex Begin();

    [GeneratedRegex(@"^all=\(([\w ]+)\)$")]
    private static partial Regex All();
}
