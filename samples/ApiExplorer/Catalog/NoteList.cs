namespace ApiExplorer.Catalog;

/// <summary>The newest notes of a type, a namespace, an assembly or of all.</summary>
/// <param name="OwnerId">The row that the notes belong to.</param>
/// <param name="Version">That row's version, which each note raises.</param>
/// <param name="Namespace">The namespace of all these notes; null when they are of several.</param>
/// <param name="Assembly">The assembly of all these notes; null when they are of several.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Notes">The newest.</param>
internal sealed record NoteList(int OwnerId, long Version, string? Namespace, string? Assembly, int Total, IReadOnlyList<Note> Notes);
