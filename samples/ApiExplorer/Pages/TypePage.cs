using ApiExplorer.Catalog;

namespace ApiExplorer.Pages;

/// <summary>The page of a type.</summary>
internal static class TypePage
{
    public static PageFrame Render(TypeDetails details)
    {
        var html = new HtmlWriter();
        var type = details.Type;
        Layout.Begin(html, $"{type.Name} · {type.Namespace}");
        html.Markup("<p class=\"crumbs\">");
        Layout.NamespaceLink(html, type.Namespace);
        html.Markup(" in ");
        Layout.AssemblyLink(html, type.Assembly);
        html.Write($"</p>\n<h1>{type.Name} ");
        Layout.Badge(html, type.Kind, type.IsObsolete);
        html.Write($"</h1>\n<p class=\"lead\">{type.Summary}</p>\n<pre class=\"declaration\">");
        Layout.Code(html, type.Declaration);
        html.Markup("</pre>\n");
        WriteRelatives(html, details);
        WriteMembers(html, details.Members);
        WriteNeighbours(html, details);
        return PageFrame.Html(type.Id, html);
    }

    private static void WriteRelatives(HtmlWriter html, TypeDetails details)
    {
        html.Markup("<dl class=\"facts\">\n");
        WriteRelations(html, "Inherits", details.Relations.Where(static relation => relation.Kind == "base"));
        WriteRelations(html, "Implements", details.Relations.Where(static relation => relation.Kind == "interface"));
        WriteTypes(html, "Nested types", details.NestedTypes, details.NestedTypes.Count);
        var related = details.DerivedCount + details.ImplementingCount;
        WriteTypes(html, details.Type.Kind == "interface" ? "Implemented by" : "Derived types", details.DerivedTypes, related);
        html.Markup("</dl>\n");
    }

    private static void WriteRelations(HtmlWriter html, string title, IEnumerable<TypeRelation> relations)
    {
        var isFirst = true;
        foreach (var relation in relations)
        {
            if (isFirst)
                html.Write($"<dt>{title}</dt><dd>");
            else
                html.Markup(", ");
            if (relation.Id is { } id)
                Layout.TypeLink(html, id, relation.Name);
            else
                html.Text(relation.Name);
            isFirst = false;
        }

        if (!isFirst)
            html.Markup("</dd>\n");
    }

    private static void WriteTypes(HtmlWriter html, string title, IReadOnlyList<TypeLink> types, int total)
    {
        if (total == 0)
            return;

        html.Write($"<dt>{title} <span class=\"count\">{total:n}</span></dt><dd>");
        for (var i = 0; i < types.Count; i++)
        {
            html.Markup(i == 0 ? "" : ", ");
            Layout.TypeLink(html, types[i].Id, types[i].Name);
        }

        html.Markup(types.Count < total ? ", …</dd>\n" : "</dd>\n");
    }

    private static void WriteMembers(HtmlWriter html, IReadOnlyList<MemberRow> members)
    {
        foreach (var group in members.GroupBy(static member => Section(member.Kind)))
        {
            html.Write($"<section>\n<h2>{group.Key} <span class=\"count\">{group.Count():n}</span></h2>\n<ul class=\"members\">\n");
            foreach (var member in group)
            {
                html.Write($"<li id=\"m{member.Id}\"><code>");
                Layout.Code(html, member.Signature);
                html.Markup("</code>");
                if (member.IsObsolete)
                    html.Markup("<span class=\"badge warn\">obsolete</span>");
                if (member.Summary.Length > 0)
                    html.Write($"<p>{member.Summary}</p>");
                html.Markup("</li>\n");
            }

            html.Markup("</ul>\n</section>\n");
        }
    }

    private static void WriteNeighbours(HtmlWriter html, TypeDetails details)
    {
        html.Markup("<nav class=\"neighbours\">");
        if (details.PreviousInNamespace is { } previous)
            html.Write($"<a rel=\"prev\" href=\"/types/{previous.Id}\">← {previous.Name}</a>");
        html.Write($"<span>{details.NamespaceTypeCount:n} types in ");
        Layout.NamespaceLink(html, details.Type.Namespace);
        html.Markup("</span>");
        if (details.NextInNamespace is { } next)
            html.Write($"<a rel=\"next\" href=\"/types/{next.Id}\">{next.Name} →</a>");
        html.Markup("</nav>\n");
    }

    private static string Section(string kind) => kind switch
    {
        "value" => "Values",
        "constructor" => "Constructors",
        "field" => "Fields",
        "property" or "indexer" => "Properties",
        "event" => "Events",
        "operator" => "Operators",
        _ => "Methods",
    };
}
