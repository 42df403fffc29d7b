namespace Larder.Dashboard.Collecting;

/// <summary>What a cache did between two looks at it. Counts are for each second; times are in seconds, and not a number where nothing was timed.</summary>
internal readonly record struct SeriesPoint(
    DateTimeOffset At,
    double Hits,
    double Stale,
    double Misses,
    double Loads,
    double Errors,
    double Evictions,
    double ReadP50,
    double ReadP95,
    double ReadP99,
    double LoadP99,
    double Entries,
    double Bytes);
