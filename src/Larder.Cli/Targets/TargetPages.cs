using System.Runtime.CompilerServices;

namespace Larder.Cli.Targets;

/// <summary>Goes through listings to their end.</summary>
internal static class TargetPages
{
    public static async IAsyncEnumerable<EntryPage> PagesAsync(this ITarget target, EntryScan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await target.ScanAsync(scan, cancellationToken);
            yield return page;
            scan = scan with { Cursor = page.Cursor };
        }
        while (scan.Cursor is not null);
    }

    /// <summary>Counts entries, each once: a key can be on two pages while the server rebuilds its table.</summary>
    public static async ValueTask<long> CountAsync(this ITarget target, EntryScan scan, CancellationToken cancellationToken)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in target.PagesAsync(scan with { PageSize = EntryScan.MaxPageSize }, cancellationToken))
        {
            keys.UnionWith(page.Entries.Select(entry => entry.Key));
        }

        return keys.Count;
    }
}
