namespace ApiExplorer.Pages;

/// <summary>What all pages share: head, search box, footer, and the forms in which types and code are shown.</summary>
internal static class Layout
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "abstract", "allows", "bool", "byte", "char", "checked", "class", "const", "decimal", "default", "delegate", "double",
        "enum", "event", "explicit", "false", "float", "get", "implicit", "in", "init", "int", "interface", "internal", "long",
        "new", "nint", "notnull", "nuint", "null", "object", "operator", "out", "override", "params", "protected", "public",
        "readonly", "ref", "required", "sbyte", "sealed", "set", "short", "static", "string", "struct", "this", "true", "uint",
        "ulong", "unmanaged", "ushort", "virtual", "void", "volatile", "where",
    };

    public static void Begin(HtmlWriter html, string title, string search = "")
    {
        html.Write(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="/site.css">
            </head>
            <body>
            <header>
            <a class="brand" href="/">API Explorer</a>
            <nav><a href="/namespaces">Namespaces</a><a href="/assemblies">Assemblies</a></nav>
            <form role="search" action="/search">
            <input type="search" name="q" value="{search}" placeholder="Search names and documentation" aria-label="Search">
            </form>
            </header>
            <main>

            """);
    }

    public static void End(HtmlWriter html) => html.Markup(
        """
        </main>
        <footer>Read from the assemblies of the installed .NET, served through Larder.</footer>
        </body>
        </html>

        """);

    public static void Badge(HtmlWriter html, string kind, bool isObsolete)
    {
        html.Write($"<span class=\"badge\">{kind}</span>");
        if (isObsolete)
            html.Markup("<span class=\"badge warn\">obsolete</span>");
    }

    public static void TypeLink(HtmlWriter html, int id, string name) => html.Write($"<a href=\"/types/{id}\">{name}</a>");

    public static void NamespaceLink(HtmlWriter html, string name) =>
        html.Write($"<a href=\"/namespaces/{Uri.EscapeDataString(name)}\">{name}</a>");

    public static void AssemblyLink(HtmlWriter html, string name) =>
        html.Write($"<a href=\"/assemblies/{Uri.EscapeDataString(name)}\">{name}</a>");

    /// <summary>Writes a declaration with its keywords marked.</summary>
    public static void Code(HtmlWriter html, string code)
    {
        var start = 0;
        while (start < code.Length)
        {
            var end = start;
            while (end < code.Length && char.IsAsciiLetterLower(code[end]))
                end++;

            var isWord = end > start && (end == code.Length || !IsIdentifier(code[end]));
            if (isWord && Keywords.Contains(code[start..end]))
            {
                html.Write($"<b>{code[start..end]}</b>");
            }
            else
            {
                while (end < code.Length && IsIdentifier(code[end]))
                    end++;
                html.Text(code[start..end]);
            }

            var next = end;
            while (next < code.Length && !IsIdentifier(code[next]))
                next++;
            html.Text(code[end..next]);
            start = next;
        }
    }

    private static bool IsIdentifier(char character) => char.IsLetterOrDigit(character) || character is '_';
}
