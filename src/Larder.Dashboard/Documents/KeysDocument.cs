namespace Larder.Dashboard.Documents;

/// <summary>A page of entries.</summary>
internal sealed record KeysDocument(IReadOnlyList<EntryDocument> Entries, string? Cursor, long Scanned, long Total);
