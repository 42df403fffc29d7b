namespace Larder.Dashboard.Documents;

/// <summary>How many were removed, or would be.</summary>
internal sealed record CountDocument(long? Count);
