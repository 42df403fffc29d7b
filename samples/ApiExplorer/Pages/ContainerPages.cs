using ApiExplorer.Catalog;

namespace ApiExplorer.Pages;

/// <summary>The pages of namespaces and assemblies, and the lists of them.</summary>
internal static class ContainerPages
{
    public static PageFrame Namespace(NamespaceDetails details)
    {
        var html = new HtmlWriter();
        Layout.Begin(html, details.Name);
        html.Markup("<p class=\"crumbs\"><a href=\"/namespaces\">Namespaces</a></p>\n");
        html.Write($"<h1>{details.Name} <span class=\"badge\">namespace</span></h1>\n");
        html.Markup("<dl class=\"facts\">\n<dt>Assemblies</dt><dd>");
        for (var i = 0; i < details.Assemblies.Count; i++)
        {
            html.Markup(i == 0 ? "" : ", ");
            Layout.AssemblyLink(html, details.Assemblies[i]);
        }

        html.Markup("</dd>\n</dl>\n");
        if (details.Children.Count > 0)
        {
            html.Write($"<h2>Namespaces below <span class=\"count\">{details.Children.Count:n}</span></h2>\n");
            WriteNamespaces(html, details.Children);
        }

        html.Write($"<h2>Types <span class=\"count\">{details.Types.Count:n}</span></h2>\n");
        WriteTypes(html, details.Types);
        return PageFrame.Html(details.Id, html);
    }

    public static PageFrame Assembly(AssemblyDetails details)
    {
        var html = new HtmlWriter();
        var assembly = details.Assembly;
        Layout.Begin(html, assembly.Name);
        html.Markup("<p class=\"crumbs\"><a href=\"/assemblies\">Assemblies</a></p>\n");
        html.Write($"<h1>{assembly.Name} <span class=\"badge\">assembly</span></h1>\n<dl class=\"facts\">\n");
        html.Write($"<dt>Version</dt><dd>{assembly.FileVersion}</dd>\n<dt>Framework</dt><dd>{assembly.Framework}</dd>\n");
        html.Write($"<dt>Members</dt><dd>{assembly.MemberCount:n}</dd>\n</dl>\n");
        foreach (var group in details.Types.GroupBy(static type => type.Namespace))
        {
            html.Markup("<h2>");
            Layout.NamespaceLink(html, group.Key);
            html.Write($" <span class=\"count\">{group.Count():n}</span></h2>\n");
            WriteTypes(html, group);
        }

        return PageFrame.Html(assembly.Id, html);
    }

    public static Document Namespaces(IReadOnlyList<NamespaceRow> namespaces)
    {
        var html = new HtmlWriter();
        Layout.Begin(html, "Namespaces");
        html.Write($"<h1>Namespaces <span class=\"count\">{namespaces.Count:n}</span></h1>\n");
        WriteNamespaces(html, namespaces);
        Layout.End(html);
        return new Document(html.ToUtf8());
    }

    public static Document Assemblies(IReadOnlyList<AssemblyRow> assemblies)
    {
        var html = new HtmlWriter();
        Layout.Begin(html, "Assemblies");
        html.Write($"<h1>Assemblies <span class=\"count\">{assemblies.Count:n}</span></h1>\n");
        foreach (var framework in assemblies.GroupBy(static assembly => assembly.Framework))
        {
            html.Write($"<h2>{framework.Key} <span class=\"count\">{framework.Count():n}</span></h2>\n<ul class=\"index\">\n");
            foreach (var assembly in framework)
            {
                html.Markup("<li>");
                Layout.AssemblyLink(html, assembly.Name);
                html.Write($"<span class=\"count\">{assembly.TypeCount:n}</span></li>\n");
            }

            html.Markup("</ul>\n");
        }

        Layout.End(html);
        return new Document(html.ToUtf8());
    }

    private static void WriteNamespaces(HtmlWriter html, IReadOnlyList<NamespaceRow> namespaces)
    {
        html.Markup("<ul class=\"index\">\n");
        foreach (var row in namespaces)
        {
            html.Markup("<li>");
            Layout.NamespaceLink(html, row.Name);
            html.Write($"<span class=\"count\">{row.TypeCount:n}</span></li>\n");
        }

        html.Markup("</ul>\n");
    }

    private static void WriteTypes(HtmlWriter html, IEnumerable<TypeRow> types)
    {
        html.Markup("<ul class=\"types\">\n");
        foreach (var type in types)
        {
            html.Markup("<li>");
            Layout.TypeLink(html, type.Id, type.Name);
            Layout.Badge(html, type.Kind, type.IsObsolete);
            html.Write($"<p>{type.Summary}</p></li>\n");
        }

        html.Markup("</ul>\n");
    }
}
