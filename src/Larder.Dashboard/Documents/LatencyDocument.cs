namespace Larder.Dashboard.Documents;

/// <summary>How long operations took, in the last minute.</summary>
internal sealed record LatencyDocument(PercentilesDocument? Read, PercentilesDocument? Write, PercentilesDocument? Load);
