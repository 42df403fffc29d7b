namespace ApiExplorer.Pages;

/// <summary>Notes in the forms in which they are served: one entry of the cache, one load after a write.</summary>
/// <param name="Html">The end of a page.</param>
/// <param name="Json">The list.</param>
/// <param name="Figures">The part of a summary.</param>
internal sealed record NotesDocument(Document Html, Document Json, Document Figures);
