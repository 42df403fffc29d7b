namespace Larder.Dashboard.Documents;

/// <summary>Whether there was something to remove.</summary>
internal sealed record RemovedDocument(bool Removed);
