namespace Larder.Conventions.Docs;

/// <summary>Links between the pages of the repository lead somewhere.</summary>
public class LinkTests
{
    [Fact]
    public void Every_link_between_files_resolves()
    {
        var findings = new Findings("Links to files of the repository and to headings in them resolve.");
        var pages = Repository.Files("", ".md").ToDictionary(path => path, MarkdownPage.Read);
        foreach (var page in pages.Values)
        {
            foreach (var (line, target) in page.Links.Where(link => !IsExternal(link.Target)))
            {
                if (Broken(page, target, pages) is { } reason)
                {
                    findings.Add(page.Path, line, $"{target}: {reason}");
                }
            }
        }

        findings.AssertNone();
    }

    [Theory]
    [InlineData("Cold start", "cold-start")]
    [InlineData("`GetOrCreateAsync` and *friends*", "getorcreateasync-and-friends")]
    [InlineData("What's new? (1.0)", "whats-new-10")]
    [InlineData("See [the guide](a.md)", "see-the-guide")]
    [InlineData("L1 & L2", "l1--l2")]
    public void An_anchor_is_made_of_its_heading(string heading, string anchor) =>
        Assert.Equal(anchor, MarkdownPage.AnchorOf(heading));

    [Fact]
    public void A_page_gives_its_links_and_anchors()
    {
        var page = MarkdownPage.Parse("docs/page.md",
        [
            "# Title", "## Use", "## Use", "<a id=\"here\"></a>", "[one](a.md#b) and ![two](img/(x).png \"T\") `[no](no.md)`",
            "[ref]: ../c.md", "```", "[no](no.md)", "# No", "```",
        ]);

        Assert.Equal(["a.md#b", "img/(x).png", "../c.md"], page.Links.Select(link => link.Target));
        Assert.Equal(["here", "title", "use", "use-1"], page.Anchors.Order(StringComparer.Ordinal));
    }

    private static bool IsExternal(string target) => target.Contains("://") || target.StartsWith("mailto:", StringComparison.Ordinal);

    private static string? Broken(MarkdownPage page, string target, Dictionary<string, MarkdownPage> pages)
    {
        var parts = target.Split('#', 2);
        var path = page.Path;
        if (parts[0].Length > 0)
        {
            if (parts[0].StartsWith('/'))
            {
                return "a link is relative to its page";
            }

            var folder = Path.GetDirectoryName(page.Path) ?? "";
            var full = Path.GetFullPath(Path.Combine(Repository.Root, folder, Uri.UnescapeDataString(parts[0])));
            path = Path.GetRelativePath(Repository.Root, full).Replace('\\', '/');
            if (path.StartsWith("..", StringComparison.Ordinal) || !Path.Exists(full))
            {
                return "no such file";
            }
        }

        if (parts.Length == 1 || !pages.TryGetValue(path, out var linked))
        {
            return null;
        }

        return linked.Anchors.Contains(parts[1]) ? null : "no such heading";
    }
}
