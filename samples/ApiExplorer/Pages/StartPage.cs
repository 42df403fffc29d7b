using ApiExplorer.Catalog;

namespace ApiExplorer.Pages;

/// <summary>The start page and the page for what is not there.</summary>
internal static class StartPage
{
    private static readonly string[] Examples =
        ["json serializer", "string builder", "http client", "read line", "cancellation token", "utf8*"];

    public static PageFrame Render(CatalogTotals totals)
    {
        var html = new HtmlWriter();
        Layout.Begin(html, "API Explorer");
        html.Markup(
            """
            <h1>The public API of this .NET installation</h1>
            <p class="lead">Every public type and member of the installed shared frameworks, with its documentation,
            your notes and full text search.</p>
            <div class="totals">

            """);
        WriteTotal(html, totals.Types, "types", "/namespaces");
        WriteTotal(html, totals.Members, "members", "/search");
        WriteTotal(html, totals.Namespaces, "namespaces", "/namespaces");
        WriteTotal(html, totals.Assemblies, "assemblies", "/assemblies");
        html.Markup("</div>\n<h2>Try</h2>\n<p class=\"examples\">");
        foreach (var example in Examples)
            html.Write($"<a href=\"/search?q={Uri.EscapeDataString(example)}\">{example}</a>");
        html.Markup("</p>\n");
        if (totals.DocumentedMembers == 0)
            html.Markup("<p class=\"dim\">The reference packs are not installed: there are names but no documentation.</p>\n");
        return PageFrame.Html(1, html);
    }

    public static Document NotFound()
    {
        var html = new HtmlWriter();
        Layout.Begin(html, "Not found");
        html.Markup("<h1>Not found</h1>\n<p class=\"lead\">There is no such page. <a href=\"/\">Start page</a></p>\n");
        Layout.End(html);
        return new Document(html.ToUtf8());
    }

    private static void WriteTotal(HtmlWriter html, int count, string name, string address) =>
        html.Write($"<a href=\"{address}\"><strong>{count:n}</strong>{name}</a>\n");
}
