using System.Text;
using System.Text.RegularExpressions;

namespace Larder.Conventions.Docs;

/// <summary>Turns a block into a file that compiles: each in a namespace of its own, its statements in an asynchronous method.</summary>
internal static partial class SnippetFile
{
    private const string DefaultSetup = "Prelude";

    /// <summary>The setup that lets a block see the types which earlier blocks of its page declare.</summary>
    private const string Above = "above";

    public static string NamespaceOf(CodeBlock block) => $"DocsSnippets.{NotInNames().Replace(block.Path, "_")}_{block.Line}";

    /// <param name="block">The block.</param>
    /// <param name="earlier">The C# blocks before it on the same page.</param>
    public static string Write(CodeBlock block, IEnumerable<CodeBlock> earlier)
    {
        var items = SnippetParser.Parse(block);
        var text = new StringBuilder("#pragma warning disable IDE0005\n");
        Append(items, SnippetItemKind.Using);
        if (items.Any(item => item.Kind == SnippetItemKind.Namespace))
        {
            foreach (var item in items.Where(item => item.Kind != SnippetItemKind.Using))
            {
                AppendItem(item);
            }

            return text.ToString();
        }

        if (block.Setup == Above)
        {
            text.AppendJoin("", earlier.Select(other => $"using {NamespaceOf(other)};\n"));
        }

        text.Append($"namespace {NamespaceOf(block)}\n{{\n");
        var isAsync = items.Any(item => item.Kind == SnippetItemKind.Statement && Await().IsMatch(CSharpLexer.CodeOnly(item.Text)));
        var result = items.Any(item => item.ReturnsValue) ? "Task<object?>" : "Task";
        var setup = block.Setup is null or Above ? DefaultSetup : block.Setup;
        text.Append($"internal sealed class Snippet : global::DocsSnippets.{setup}\n{{\n");
        Append(items, SnippetItemKind.Member);
        text.Append($"internal async {result} RunAsync()\n{{\n");
        Append(items, SnippetItemKind.Statement);
        text.Append("#line hidden\n");
        text.Append(isAsync ? "" : "await Task.CompletedTask;\n");
        text.Append(result == "Task" ? "" : "return null;\n");
        text.Append("}\n}\n");
        Append(items, SnippetItemKind.Type);
        return text.Append("#line hidden\n}\n").ToString();

        void Append(IEnumerable<SnippetItem> all, SnippetItemKind kind)
        {
            foreach (var item in all.Where(item => item.Kind == kind))
            {
                AppendItem(item);
            }
        }

        void AppendItem(SnippetItem item) => text.Append($"#line {item.Line} \"{block.Path}\"\n{item.Text}\n");
    }

    [GeneratedRegex(@"\W")]
    private static partial Regex NotInNames();

    [GeneratedRegex(@"\bawait\b")]
    private static partial Regex Await();
}
