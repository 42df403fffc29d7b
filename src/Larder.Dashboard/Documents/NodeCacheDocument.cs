namespace Larder.Dashboard.Documents;

/// <summary>A cache as a process sees it.</summary>
internal sealed record NodeCacheDocument(
    string Name,
    string Tier,
    string Status,
    long Reads,
    long Hits,
    double? HitShare,
    long Loads,
    long Errors,
    long Entries,
    long Bytes,
    long PendingInvalidations,
    string LocalCopies);
