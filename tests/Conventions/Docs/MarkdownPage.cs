using System.Text;
using System.Text.RegularExpressions;

namespace Larder.Conventions.Docs;

/// <summary>One Markdown file: its links, the anchors that a link can point at, and its blocks of code.</summary>
internal sealed partial class MarkdownPage
{
    private readonly List<(int Line, string Target)> _links = [];
    private readonly HashSet<string> _anchors = new(StringComparer.Ordinal);
    private readonly List<CodeBlock> _blocks = [];

    private MarkdownPage(string path) => Path = path;

    public string Path { get; }

    public IReadOnlyList<(int Line, string Target)> Links => _links;

    public IReadOnlySet<string> Anchors => _anchors;

    public IReadOnlyList<CodeBlock> Blocks => _blocks;

    public static MarkdownPage Read(string path) => Parse(path, Repository.ReadLines(path));

    public static MarkdownPage Parse(string path, string[] lines)
    {
        var page = new MarkdownPage(path);
        string? setup = null;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is { Success: true } fence)
            {
                i = page.ReadBlock(lines, i, fence, setup);
                setup = null;
            }
            else if (Setup().Match(lines[i]) is { Success: true } comment)
            {
                setup = comment.Groups[1].Value;
            }
            else
            {
                page.ReadText(lines[i], i + 1);
                setup = string.IsNullOrWhiteSpace(lines[i]) ? setup : null;
            }
        }

        return page;
    }

    /// <summary>The anchor that a hosting site makes of a heading: lower case, blanks to hyphens, other punctuation dropped.</summary>
    public static string AnchorOf(string heading)
    {
        var anchor = new StringBuilder();
        foreach (var c in LinkText().Replace(heading, "$1").Trim().ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c) || c is '-' or '_')
            {
                anchor.Append(c);
            }
            else if (c == ' ')
            {
                anchor.Append('-');
            }
        }

        return anchor.ToString();
    }

    private int ReadBlock(string[] lines, int start, Match fence, string? setup)
    {
        var indent = fence.Groups[1].Length;
        var marker = fence.Groups[2].Value;
        var end = start + 1;
        while (end < lines.Length && !IsClosing(lines[end], marker))
        {
            end++;
        }

        var code = lines[(start + 1)..Math.Min(end, lines.Length)]
            .Select(line => line[Math.Min(indent, line.Length - line.TrimStart().Length)..]);
        _blocks.Add(new CodeBlock(Path, start + 2, fence.Groups[3].Value.Trim(), setup, string.Join('\n', code)));
        return end;
    }

    private static bool IsClosing(string line, string marker)
    {
        var text = line.Trim();
        return text.Length >= marker.Length && text.All(c => c == marker[0]);
    }

    private void ReadText(string line, int number)
    {
        if (Heading().Match(line) is { Success: true } heading)
        {
            var anchor = AnchorOf(heading.Groups[1].Value);
            var unique = anchor;
            for (var i = 1; !_anchors.Add(unique); i++)
            {
                unique = $"{anchor}-{i}";
            }
        }

        foreach (Match named in NamedAnchor().Matches(line))
        {
            _anchors.Add(named.Groups[1].Value);
        }

        var text = InlineCode().Replace(line, "");
        foreach (var match in InlineLink().Matches(text).Concat(LinkDefinition().Matches(text)).Concat(HtmlLink().Matches(text)))
        {
            _links.Add((number, match.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"^(\s*)(`{3,}|~{3,})([^`]*)$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\s*<!--\s*setup:\s*(\S+)\s*-->\s*$")]
    private static partial Regex Setup();

    [GeneratedRegex(@"^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"<a\s+(?:id|name)=""([^""]+)""")]
    private static partial Regex NamedAnchor();

    [GeneratedRegex(@"`+[^`]*`+")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(\s*<?([^()\s>]+(?:\([^()\s]*\)[^()\s>]*)*)>?(?:\s+(?:""[^""]*""|'[^']*'))?\s*\)")]
    private static partial Regex InlineLink();

    [GeneratedRegex(@"^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)")]
    private static partial Regex LinkDefinition();

    [GeneratedRegex(@"<(?:a|img)\b[^>]*\b(?:href|src)=""([^""]+)""")]
    private static partial Regex HtmlLink();

    [GeneratedRegex(@"!?\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();
}
