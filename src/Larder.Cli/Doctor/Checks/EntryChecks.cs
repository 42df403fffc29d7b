using System.Globalization;
using Larder.Cli.Rendering;

namespace Larder.Cli.Doctor.Checks;

/// <summary>Whether the entries are such as a cache should have.</summary>
internal static class EntryChecks
{
    /// <summary>From this size on a value holds others up.</summary>
    private const long Big = 1 << 20;

    /// <summary>The share of entries that never expire which is still no habit.</summary>
    private const double FewLasting = 0.01;

    public static IEnumerable<Finding> Of(CacheFacts cache)
    {
        if (cache.Sample is not { } sample)
        {
            yield return Finding.Unknown("expiry", "entries", "The user may not use SCAN. Give it +scan.");
            yield break;
        }

        yield return Expiry(sample.Entries);
        yield return Size(sample.Entries);
        yield return Prefix(cache.Prefix, sample.Entries);
    }

    private static Finding Expiry(IReadOnlyList<EntryInfo> entries)
    {
        var lasting = entries.Where(entry => entry.TimeToLive is null).ToArray();
        var value = Count(lasting.Length, entries.Count);
        return lasting.Length > FewLasting * entries.Count
            ? new Finding("expiry", Severity.Warning, "entries without expiry", value, $"They stay until somebody removes them or memory is short, such as {NameOf(lasting[0])}.", "Give them a time to live; CacheTtl.Never is for what must not be forgotten.")
            : Finding.Ok("expiry", "entries without expiry", value);
    }

    private static Finding Size(IReadOnlyList<EntryInfo> entries)
    {
        var big = entries.Where(entry => entry.Size >= Big).OrderByDescending(entry => entry.Size).ToArray();
        var value = Count(big.Length, entries.Count);
        return big.Length > 0
            ? new Finding("big-values", Severity.Warning, "entries of 1 MiB and more", value, $"Each read of one takes the network and the server for a while. The largest is {NameOf(big[0])}, {Humane.Size(big[0].Size)}.", "Cache smaller parts, or keep such values elsewhere and cache where they are. larder stats big lists them.")
            : Finding.Ok("big-values", "entries of 1 MiB and more", value);
    }

    private static Finding Prefix(string prefix, IReadOnlyList<EntryInfo> entries)
    {
        var foreign = entries.Where(entry => entry.Format == "foreign").ToArray();
        return foreign.Length > 0
            ? new Finding("prefix", Severity.Warning, $"keys {prefix}:*", $"{Count(foreign.Length, entries.Count)} of another program", $"Another program writes under the prefix of the cache, such as {NameOf(foreign[0])}: the two remove each other's keys, and a clear of the cache removes both.", "Give the cache a prefix of its own (Larder:Prefix), unless the other program is meant to share values with it.")
            : Finding.Ok("prefix", $"keys {prefix}:*", "of this cache alone");
    }

    private static string Count(int some, int all) => string.Create(CultureInfo.InvariantCulture, $"{some:N0} of {all:N0} looked at");

    private static string NameOf(EntryInfo entry) => $"'{Humane.Printable(entry.Key)}'";
}
