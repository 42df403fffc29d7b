namespace Larder.Benchmarks.Ratios;

/// <summary>What the memory tier has to reach, beside what was measured.</summary>
internal static class Targets
{
    /// <summary>What the value takes that an insertion makes.</summary>
    private const int BytesOfValue = 32;

    private const string Hot = "hit, 1k hot keys";
    private const string Zipf = "hit, 500k entries, Zipf 0.99";
    private const string Pair = ", 2 threads";
    private const string ReadThrough = "read-through, Zipf 0.99, room for 10 %";

    /// <summary>Writes the table of all targets whose cases were measured.</summary>
    public static void Report(IReadOnlyList<RatioResult> results, Action<FormattableString> print)
    {
        (string Measure, double Most, double? Found)[] rows =
        [
            ("hit, 1k hot keys, engine alone", 1.15, Ratio(Hot, "engine alone")),
            ("hit, 1k hot keys, engine alone, 2 threads", 1.15, Ratio(Hot + Pair, "engine alone")),
            ("hit, 1k hot keys, `ICache<T>.GetAsync`", 1.6, Ratio(Hot, "`ICache<T>.GetAsync`")),
            ("hit, 1k hot keys, `ICache<T>.GetOrCreateAsync`", 1.6, Ratio(Hot, "`ICache<T>.GetOrCreateAsync`, static loader")),
            ("hit, 1k hot keys, `ICache.GetAsync`", 2.0, Ratio(Hot, "`ICache.GetAsync`")),
            ("hit, 1k hot keys, `ICache.GetOrCreateAsync`", 2.0, Ratio(Hot, "`ICache.GetOrCreateAsync`, static loader")),
            ("hit, 500k entries, engine alone", 1.10, Ratio(Zipf, "engine alone")),
            ("hit, 500k entries, engine alone, 2 threads", 1.10, Ratio(Zipf + Pair, "engine alone")),
            ("hit, 500k entries, `ICache<T>.GetAsync`", 1.5, Ratio(Zipf, "`ICache<T>.GetAsync`")),
            ("hit, 500k entries, `ICache.GetAsync`", 1.5, Ratio(Zipf, "`ICache.GetAsync`")),
            ("allocation on a hit, the most of all paths, B", 0, results.Where(IsHit).Select(result => (double?)result.Bytes).Max()),
            ("allocation of an insertion at the limit beside its value, B", 0, Bytes("inserts at the limit of 50k", "`ICache.SetAsync`") - BytesOfValue),
            ("bytes per entry, 1M entries with a time to live", 65, Bytes(EntryMemory.Title, "Larder, TTL")),
            ("read-through with eviction", 2.5, Ratio(ReadThrough, "`ICache.GetOrCreateAsync`")),
            ("read-through with eviction, B per operation", 120, Bytes(ReadThrough, "`ICache.GetOrCreateAsync`")),
        ];
        if (rows.All(row => row.Found is null))
        {
            return;
        }

        print($"");
        print($"| measure | target, at most | measured | |");
        print($"|---|--:|--:|---|");
        foreach (var (measure, most, found) in rows.Where(row => row.Found is not null))
        {
            // As it is printed: a hundredth over is over.
            print($"| {measure} | {most:0.##} | {found:0.##} | {(Math.Round(found!.Value, 2) <= most ? "met" : "missed")} |");
        }

        double? Ratio(string title, string candidate) => Find(title, candidate)?.Ratio;
        double? Bytes(string title, string candidate) => Find(title, candidate)?.Bytes;
        RatioResult? Find(string title, string candidate) => results.FirstOrDefault(result => result.Title == title && result.Candidate == candidate);
    }

    private static bool IsHit(RatioResult result) =>
        result.Title.StartsWith("hit", StringComparison.Ordinal) && !result.Candidate.Contains("ConcurrentDictionary", StringComparison.Ordinal);
}
