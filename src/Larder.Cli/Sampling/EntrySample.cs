using System.Globalization;
using Larder.Cli.CommandLine;
using Larder.Cli.Targets;

namespace Larder.Cli.Sampling;

/// <summary>Entries of a cache that stand for all of them. A listing goes through the table of the server, in which keys lie by their hashes: so its beginning is a random sample.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Scanned">How many keys were looked at, those of others in the store included.</param>
/// <param name="Total">How many there are; negative when nobody knows.</param>
/// <param name="IsComplete">Whether it has all entries.</param>
internal sealed record EntrySample(IReadOnlyList<EntryInfo> Entries, long Scanned, long Total, bool IsComplete)
{
    /// <summary>Gets what it is, for people.</summary>
    public string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsComplete ? "All" : "A sample of")} {Entries.Count:N0} entries; {Scanned:N0} keys looked at{(Total < 0 ? "" : $" of about {Total:N0}")}.{(IsComplete ? "" : " More: --sample 10% or --sample all.")}");

    /// <summary>Gets what JSON says of it.</summary>
    public IEnumerable<(string Name, object? Value)> Facts => [("sampled", Entries.Count), ("scanned", Scanned), ("total", Total < 0 ? null : Total), ("isComplete", IsComplete)];

    public static async ValueTask<EntrySample> TakeAsync(ITarget target, string pattern, SampleSize size, ProgressLine progress, CancellationToken cancellationToken)
    {
        // A key can be on two pages while the server rebuilds its table.
        var entries = new Dictionary<string, EntryInfo>(StringComparer.Ordinal);
        var (scanned, total) = (0L, -1L);
        await foreach (var page in target.PagesAsync(new EntryScan { Pattern = pattern, PageSize = (int)Math.Min(size.Entries ?? EntryScan.MaxPageSize, EntryScan.MaxPageSize) }, cancellationToken))
        {
            foreach (var entry in page.Entries)
            {
                entries[entry.Key] = entry;
            }

            (scanned, total) = (scanned + page.Scanned, page.Total);
            progress.Report(scanned, total < 0 ? null : total);
            if (page.Cursor is null)
            {
                return new EntrySample([.. entries.Values], scanned, total, IsComplete: true);
            }

            if (size.IsReached(entries.Count, scanned, total))
            {
                break;
            }
        }

        return new EntrySample([.. entries.Values], scanned, total, IsComplete: false);
    }
}
