namespace Larder.Dashboard.Documents;

/// <summary>Entries that left without being asked to, by reason.</summary>
internal sealed record EvictionsDocument(
    long Expired,
    long EntryLimit,
    long ByteLimit,
    long TooLarge,
    long TagInvalidated,
    long MemoryPressure);
