namespace Larder.Dashboard.Documents;

/// <summary>An entry without its value.</summary>
internal sealed record EntryDocument(
    string Key,
    string Tiers,
    double? TimeToLive,
    DateTimeOffset? ExpiresAt,
    double? Age,
    double? SlidingExpiration,
    double MaxStale,
    bool IsStale,
    long Size,
    long? UncompressedSize,
    string? Format,
    IReadOnlyList<string> Tags,
    string Version);
