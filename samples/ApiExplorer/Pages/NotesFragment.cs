using ApiExplorer.Catalog;

namespace ApiExplorer.Pages;

/// <summary>The notes at the end of a page.</summary>
internal static class NotesFragment
{
    public static Document Render(NoteScope scope, NoteList list, string versions)
    {
        var html = new HtmlWriter();
        html.Write($"<section id=\"notes\" data-version=\"{list.Version}\">\n<h2>Notes <span class=\"count\">{list.Total:n}</span></h2>\n");
        foreach (var note in list.Notes)
        {
            html.Markup("<article class=\"note\">");
            if (scope != NoteScope.Type)
                html.Write($"<a href=\"/types/{note.TypeId}#notes\">{note.TypeName}</a>");
            html.Write($"<p>{note.Text}</p><time datetime=\"{note.CreatedAt}\">{note.CreatedAt[..16]}</time>");
            html.Write($"<form method=\"post\" action=\"/notes/{note.Id}/delete\">");
            html.Markup("<button class=\"quiet\">Delete</button></form></article>\n");
        }

        if (scope == NoteScope.Type)
        {
            html.Write(
                $"""
                <form class="write" method="post" action="/types/{list.OwnerId}/notes">
                <textarea name="text" rows="3" maxlength="{NewNote.MaximumLength}" required placeholder="Write a note" aria-label="Note">
                </textarea>
                <button>Add note</button>
                </form>

                """);
        }
        else if (list.Total == 0)
        {
            html.Markup("<p class=\"dim\">None yet. Notes are written on a type's page.</p>\n");
        }

        html.Markup("</section>\n");
        return new Document(html.ToUtf8(), versions);
    }
}
