namespace Larder.Dashboard.Documents;

/// <summary>A tag.</summary>
internal sealed record TagDocument(string Name, long Entries, bool IsShared, DateTimeOffset? LastInvalidated);
