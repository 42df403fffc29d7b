using ApiExplorer.Catalog;

namespace ApiExplorer.Pages;

/// <summary>The page of search results.</summary>
internal static class SearchPages
{
    public static Document Results(SearchPage page)
    {
        var html = new HtmlWriter();
        Layout.Begin(html, $"{page.Query} · search", page.Query);
        html.Write($"<h1>{page.Query} <span class=\"count\">{page.Total:n} found</span></h1>\n");
        html.Write($"<ol class=\"hits\" start=\"{Paging.Offset(page.Page, page.PageSize) + 1}\">\n");
        foreach (var hit in page.Hits)
            WriteHit(html, hit);
        html.Markup("</ol>\n");
        WritePager(html, page);
        Layout.End(html);
        return new Document(html.ToUtf8());
    }

    public static Document Empty()
    {
        var html = new HtmlWriter();
        Layout.Begin(html, "Search");
        html.Markup(
            """
            <h1>Search</h1>
            <p class="lead">Finds types and members by name and documentation:
            <code>json serializer</code>, <code>read line</code>, <code>utf8*</code>.</p>

            """);
        Layout.End(html);
        return new Document(html.ToUtf8());
    }

    private static void WriteHit(HtmlWriter html, SearchHit hit)
    {
        html.Markup("<li>");
        if (hit.MemberId is { } member)
            html.Write($"<a href=\"/types/{hit.TypeId}#m{member}\">{hit.Name}</a>");
        else
            Layout.TypeLink(html, hit.TypeId, hit.Name);
        Layout.Badge(html, hit.Kind, isObsolete: false);
        html.Write($"<span class=\"dim\">{hit.Namespace}</span><code>");
        Layout.Code(html, hit.Signature);
        html.Markup("</code><p>");
        WriteExcerpt(html, hit.MarkedExcerpt);
        html.Markup("</p></li>\n");
    }

    private static void WriteExcerpt(HtmlWriter html, string markedExcerpt)
    {
        foreach (var part in markedExcerpt.Split(SearchHit.MatchBegin))
        {
            var end = part.IndexOf(SearchHit.MatchEnd, StringComparison.Ordinal);
            if (end >= 0)
                html.Write($"<mark>{part[..end]}</mark>");
            html.Text(part[(end + 1)..]);
        }
    }

    private static void WritePager(HtmlWriter html, SearchPage page)
    {
        var last = Paging.PageCount(page.Total, page.PageSize);
        if (last < 2)
            return;

        var query = Uri.EscapeDataString(page.Query);
        html.Markup("<nav class=\"neighbours\">");
        if (page.Page > 1)
            html.Write($"<a rel=\"prev\" href=\"/search?q={query}&amp;page={page.Page - 1}\">← Previous</a>");
        html.Write($"<span>Page {page.Page:n} of {last:n}</span>");
        if (page.Page < last)
            html.Write($"<a rel=\"next\" href=\"/search?q={query}&amp;page={page.Page + 1}\">Next →</a>");
        html.Markup("</nav>\n");
    }
}
