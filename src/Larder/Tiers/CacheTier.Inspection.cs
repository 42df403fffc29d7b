using System.Globalization;
using Larder.Inspection;
using Larder.Keys;
using Larder.Memory;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Tiers;

/// <summary>What tools are shown. Nothing of it counts as a use, prolongs a life or removes what cannot be read.</summary>
internal abstract partial class CacheTier
{
    private const string CursorPlace = "k";

    /// <summary>Lists entries. Here by their keys, from the beginning each time; a tier that can go on where it was overrides it.</summary>
    /// <exception cref="ArgumentException">The cursor is none of this tier.</exception>
    public virtual async ValueTask<EntryPage> ScanAsync(EntryScan scan, KeyFilter filter, CancellationToken cancellationToken)
    {
        var skip = scan.Cursor is null ? 0 : ScanCursor.Read(scan.Cursor, CursorPlace, 1)[0];
        var found = new List<EntryInfo>();
        long place = 0;
        await foreach (var key in KeysAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            if (place >= skip)
            {
                if (found.Count >= scan.PageSize || place - skip >= scan.MaxScanned)
                {
                    return new EntryPage { Entries = found, Cursor = ScanCursor.Of(CursorPlace, place), Scanned = place - skip };
                }

                if (await FindAsync(key, cancellationToken).ConfigureAwait(false) is { } entry && MemoryEngine.HasTag(entry, scan.Tag))
                {
                    found.Add(entry);
                }
            }

            place++;
        }

        return new EntryPage { Entries = found, Scanned = Math.Max(0, place - skip), Total = place };
    }

    /// <summary>Describes an entry; <see langword="null"/> when none lives.</summary>
    public virtual async ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken) =>
        await GetTimeToLiveAsync(key, cancellationToken).ConfigureAwait(false) is { Exists: true } life ? new EntryInfo { Key = key, Tiers = Places, TimeToLive = life.Remaining } : null;

    /// <summary>Gets the value of an entry, as it is held; <see langword="null"/> when none lives or it cannot be shown.</summary>
    public virtual ValueTask<HeldValue?> ReadHeldAsync(string key, CancellationToken cancellationToken) => default;

    /// <summary>Lists the tags in use, as far as they are known.</summary>
    public virtual ValueTask<TagPage> TagsAsync(GlobPattern pattern, string? cursor, CancellationToken cancellationToken) =>
        new(new TagPage([.. (Memory?.DescribeTags(pattern) ?? []).OrderBy(tag => tag.Name, StringComparer.Ordinal)], Cursor: null));

    /// <summary>Tells how the places are in which entries are kept.</summary>
    public virtual async ValueTask<IReadOnlyList<TierReport>> ReportAsync(CancellationToken cancellationToken)
    {
        var check = await CheckAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            new TierReport
            {
                Name = OutlivesProcess ? "store" : IsEnabled ? "memory" : "nothing",
                Description = Description,
                Status = check.Problem is null ? HealthStatus.Healthy : check.IsAway ? HealthStatus.Unhealthy : HealthStatus.Degraded,
                Reason = check.Problem ?? (!IsEnabled ? "Caching is disabled by the settings." : OutlivesProcess ? "The store answers." : "Entries are in the memory of this process."),
                Figures = MemoryFigures(),
            },
        ];
    }

    /// <summary>Gets the time of the clock of the store; <see langword="null"/> when it tells none.</summary>
    public virtual ValueTask<DateTimeOffset?> TimeAsync(CancellationToken cancellationToken) => default;

    protected KeyValuePair<string, string>[] MemoryFigures() => HeldEntries < 0 ? [] :
    [
        new("entries", HeldEntries.ToString("N0", CultureInfo.InvariantCulture)),
        new("bytes", HeldBytes.ToString("N0", CultureInfo.InvariantCulture)),
    ];
}
