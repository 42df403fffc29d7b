namespace Larder.Dashboard.Documents;

/// <summary>A process.</summary>
internal sealed record NodeDocument(
    string Id,
    bool IsSelf,
    string Application,
    string Environment,
    string Machine,
    int ProcessId,
    string Version,
    DateTimeOffset StartedAt,
    DateTimeOffset ReportedAt,
    double? ClockSkew,
    long WorkingSet,
    long GcHeap,
    int Processors,
    IReadOnlyList<NodeCacheDocument> Caches,
    IReadOnlyList<LockDocument> Locks,
    IReadOnlyList<WriteBehindDocument> WriteBehind);
