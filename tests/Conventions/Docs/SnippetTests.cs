namespace Larder.Conventions.Docs;

/// <summary>The code in README.md, in those of the packages, and in docs/ compiles.</summary>
public class SnippetTests
{
    [Fact]
    [Ledger(199)]
    [LedgerFault(27, 41)]
    public void Every_code_block_of_the_documentation_compiles()
    {
        var pages = Pages().ToList();
        var blocks = pages.SelectMany(page => page.Blocks.Where(block => block.IsCSharp)).ToList();
        var files = blocks.Select(block => (
            Name: SnippetFile.NamespaceOf(block) + ".cs",
            Text: SnippetFile.Write(block, blocks.Where(other => other.Path == block.Path && other.Line < block.Line))));

        var findings = new Findings($"{blocks.Count} blocks of {pages.Count} pages do not all compile.");
        foreach (var error in SnippetProject.Build(files))
        {
            findings.Add(error);
        }

        findings.AssertNone();
    }

    [Fact]
    public void No_code_block_opts_out_of_being_compiled()
    {
        var findings = new Findings("A block of C# is marked csharp and nothing else.");
        foreach (var block in Pages().SelectMany(page => page.Blocks).Where(block => block.IsCSharp && block.Info != "csharp"))
        {
            findings.Add(block.Path, block.Line - 1, block.Info);
        }

        findings.AssertNone();
    }

    private static IEnumerable<MarkdownPage> Pages() => Repository.Files("", ".md")
        .Where(path => path == "README.md" || path.StartsWith("docs/", StringComparison.Ordinal) || path.StartsWith("src/", StringComparison.Ordinal))
        .Select(MarkdownPage.Read);
}
