namespace Larder.Dashboard.Documents;

/// <summary>What the cache has spared its sources.</summary>
internal sealed record SavedDocument(long LoadsAvoided, long JoinedCallers, double? Seconds, double? MeanLoadSeconds, long? SharedReadsAvoided);
