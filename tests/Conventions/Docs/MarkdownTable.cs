namespace Larder.Conventions.Docs;

/// <summary>The rows of the tables under one heading of a page.</summary>
internal static class MarkdownTable
{
    /// <summary>Gets the rows, each as its cells without the marks of code. The rows of headings and rules are left out.</summary>
    public static IReadOnlyList<string[]> Under(string path, string heading)
    {
        var lines = Repository.ReadLines(path);
        var start = Array.IndexOf(lines, heading);
        Assert.True(start >= 0, $"{path} has no heading '{heading}'.");
        var rows = new List<string[]>();
        for (var i = start + 1; i < lines.Length && !lines[i].StartsWith("## ", StringComparison.Ordinal); i++)
        {
            if (lines[i].StartsWith('|') && !IsRule(lines[i]) && !(i + 1 < lines.Length && IsRule(lines[i + 1])))
            {
                rows.Add(lines[i].Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());
            }
        }

        return rows;
    }

    /// <summary>Gets the text of a cell that is nothing but code.</summary>
    public static string Code(string cell) => cell.Length > 1 && cell[0] == '`' && cell[^1] == '`' ? cell[1..^1] : cell;

    private static bool IsRule(string line) => line.StartsWith("|--", StringComparison.Ordinal);
}
