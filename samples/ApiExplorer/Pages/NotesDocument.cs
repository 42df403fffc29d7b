using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApiExplorer.Catalog;

namespace ApiExplorer.Pages;

/// <summary>The notes of an owner in the forms in which they are served: one entry of the cache, one load after a write.</summary>
/// <param name="Scope">What the owner is.</param>
/// <param name="OwnerId">The owner.</param>
/// <param name="Html">The end of a page.</param>
/// <param name="Json">The list.</param>
/// <param name="Figures">The part of a summary.</param>
internal sealed record NotesDocument(NoteScope Scope, int OwnerId, Document Html, Document Json, Document Figures)
{
    public static NotesDocument Of(NoteScope scope, NoteList list)
    {
        var versions = RowVersions.Of(scope, list.OwnerId, list.Version);
        var figures = new NoteFigures(list.Version, list.Total, list.Notes is [var latest, ..] ? latest.CreatedAt : null);
        return new NotesDocument(
            scope,
            list.OwnerId,
            NotesFragment.Render(scope, list, versions),
            Serialize(list, CatalogJson.Default.NoteList, versions),
            Serialize(figures, CatalogJson.Default.NoteFigures, versions));
    }

    private static Document Serialize<T>(T value, JsonTypeInfo<T> type, string versions) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type), versions);
}
