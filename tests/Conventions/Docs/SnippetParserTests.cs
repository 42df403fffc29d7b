namespace Larder.Conventions.Docs;

/// <summary>Blocks are taken apart rightly, whatever order their parts stand in.</summary>
public class SnippetParserTests
{
    [Theory]
    [InlineData("using System.Text;", "Using")]
    [InlineData("using static System.Math;", "Using")]
    [InlineData("using Map = System.Collections.Generic.Dictionary<string, int>;", "Using")]
    [InlineData("using var x = Open();", "Statement")]
    [InlineData("using Stream x = Open();", "Statement")]
    [InlineData("using (Open()) { }", "Statement")]
    [InlineData("await using var x = Open();", "Statement")]
    [InlineData("var x = new Foo { A = { 1 } };", "Statement")]
    [InlineData("var y = x switch { 1 => 2, _ => 3 } + 4;", "Statement")]
    [InlineData("services.AddLarder(c => { c.A = 1; c.B = \"};\"; })\n    .More();", "Statement")]
    [InlineData("if (a) { b(); } else if (c) { d(); } else { e(); }", "Statement")]
    [InlineData("if (a) b(); else c();", "Statement")]
    [InlineData("try { a(); } catch (Exception e) when (e is { Message: \"x\" }) { } finally { }", "Statement")]
    [InlineData("do { a(); } while (b);", "Statement")]
    [InlineData("static async Task<int> F(int x) { return x; }", "Statement")]
    [InlineData("public record User(int Id, string Name);", "Type")]
    [InlineData("record struct Point { int X { get; } }", "Type")]
    [InlineData("[Obsolete(\"[\")] public sealed partial class A<T> : B where T : notnull { void F() { } }", "Type")]
    [InlineData("enum Color { Red }", "Type")]
    [InlineData("public delegate Task<int> Load(string key);", "Type")]
    [InlineData("public async Task<User?> FindAsync(int id) => await Load(id);", "Member")]
    [InlineData("private readonly ICache _cache = null!;", "Member")]
    [InlineData("protected override void F() { }", "Member")]
    [InlineData("// comment; { only\nawait a();", "Statement")]
    [InlineData("var s = $\"{a switch { 1 => \"}\", _ => \"{\" }};\";", "Statement")]
    [InlineData("var s = \"\"\"\n    { ; \"\n    \"\"\";", "Statement")]
    [InlineData("var record = 1;", "Statement")]
    [InlineData("namespace Shop;", "Namespace")]
    public void One_item_stays_whole(string code, string kind)
    {
        var item = Assert.Single(Parse(code));
        Assert.Equal(kind, item.Kind.ToString());
        Assert.Equal(code, item.Text);
    }

    [Fact]
    public void Items_are_told_apart()
    {
        var items = Parse("""
            using A.B;

            var x = F();
            foreach (var y in x) { G(y); }
            if (x) { return; }
            H();

            /// <summary>A user.</summary>
            record User(int Id)
            {
                public string? Name { get; init; } = "a";
            }
            class Db;
            """);

        Assert.Equal(
            ["Using", "Statement", "Statement", "Statement", "Statement", "Type", "Type"],
            items.Select(item => item.Kind.ToString()));
        Assert.Equal([10, 10, 12, 13, 14, 15, 21], items.Select(item => item.Line));
    }

    [Theory]
    [InlineData("return 1;", true)]
    [InlineData("if (a) { return b; }", true)]
    [InlineData("return;", false)]
    [InlineData("F(x => { return 1; });", false)]
    [InlineData("static int F() { return 1; }", false)]
    [InlineData("async Task<List<int>> F<T>(T x) where T : notnull { return []; }", false)]
    public void A_block_that_returns_a_value_is_known(string code, bool returnsValue) =>
        Assert.Equal(returnsValue, Assert.Single(Parse(code)).ReturnsValue);

    [Fact]
    public void A_page_gives_its_blocks_with_their_setup()
    {
        var page = MarkdownPage.Parse("docs/page.md",
        [
            "Text", "<!-- setup: Web -->", "", "```csharp", "a();", "```",
            "- item", "  ```csharp no-compile", "  b();", "", "    c();", "  ```",
            "~~~json", "```", "~~~",
        ]);

        Assert.Equal(
            [
                new CodeBlock("docs/page.md", 5, "csharp", "Web", "a();"),
                new CodeBlock("docs/page.md", 9, "csharp no-compile", null, "b();\n\n  c();"),
                new CodeBlock("docs/page.md", 14, "json", null, "```"),
            ],
            page.Blocks);
    }

    private static IReadOnlyList<SnippetItem> Parse(string code) =>
        SnippetParser.Parse(new CodeBlock("docs/page.md", 10, "csharp", null, code.ReplaceLineEndings("\n")));
}
