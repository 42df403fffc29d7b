namespace Larder.Dashboard.Documents;

/// <summary>One column for each figure; nothing where nothing was measured.</summary>
internal sealed record SeriesDocument(
    IReadOnlyList<double> Hits,
    IReadOnlyList<double> Stale,
    IReadOnlyList<double> Misses,
    IReadOnlyList<double> Loads,
    IReadOnlyList<double> Errors,
    IReadOnlyList<double> Evictions,
    IReadOnlyList<double?> ReadP50,
    IReadOnlyList<double?> ReadP95,
    IReadOnlyList<double?> ReadP99,
    IReadOnlyList<double?> LoadP99,
    IReadOnlyList<double> Entries,
    IReadOnlyList<double> Bytes);
