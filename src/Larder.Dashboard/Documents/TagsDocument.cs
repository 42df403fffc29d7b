namespace Larder.Dashboard.Documents;

/// <summary>A page of tags.</summary>
internal sealed record TagsDocument(IReadOnlyList<TagDocument> Tags, string? Cursor);
