namespace Larder.Dashboard.Documents;

/// <summary>What has happened lately.</summary>
internal sealed record EventsDocument(long Last, IReadOnlyList<EventDocument> Events);
