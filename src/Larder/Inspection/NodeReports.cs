using System.Text.Json;
using Larder.Tiers;

namespace Larder.Inspection;

/// <summary>
/// The reports of the processes that share the store of a cache, as internal records: one for each process, which lives as long as some reports are missed, and a list of their names, so that nobody has to
/// look for them among all keys.
/// </summary>
internal sealed class NodeReports(CacheTier tier)
{
    /// <summary>How long a report lives that no other follows.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_listLife = TimeSpan.FromDays(7);

    /// <summary>How often is tried to get on the list; the next report tries again.</summary>
    private const int MaxAttempts = 5;

    /// <summary>The most processes that are listed.</summary>
    private const int MaxNodes = 1_000;

    private const string ListKey = "nodes";
    private const string ReportPrefix = "node:";

    private CacheTier Records => tier.Records;

    public async ValueTask WriteAsync(NodeReport report, CancellationToken cancellationToken)
    {
        await StoreAsync(ReportPrefix + report.Id, JsonSerializer.Serialize(report, NodeReportJson.Default.NodeReport), Life, WriteCondition.None, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var list = await ReadListAsync(cancellationToken).ConfigureAwait(false);
            if (list.Nodes.Contains(report.Id, StringComparer.Ordinal) || list.Nodes.Count >= MaxNodes || await TryStoreListAsync([.. list.Nodes, report.Id], list.Version, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Reads the reports of all processes. Those that are gone are taken off the list.</summary>
    public async ValueTask<IReadOnlyList<NodeReport>> ReadAsync(CancellationToken cancellationToken)
    {
        var list = await ReadListAsync(cancellationToken).ConfigureAwait(false);
        var texts = await Task.WhenAll(list.Nodes.Select(id => Records.ReadAsync<string>(ReportPrefix + id, ReadIntent.Peek, cancellationToken).AsTask())).ConfigureAwait(false);
        var reports = texts.Select(text => text.HasValue ? Parse(text.Value) : null).OfType<NodeReport>().ToArray();
        if (reports.Length < list.Nodes.Count)
        {
            await TryStoreListAsync([.. reports.Select(report => report.Id)], list.Version, cancellationToken).ConfigureAwait(false);
        }

        return reports;
    }

    public ValueTask<bool> RemoveAsync(string id, CancellationToken cancellationToken) => Records.RemoveAsync(ReportPrefix + id, WriteCondition.None, cancellationToken);

    private static NodeReport? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, NodeReportJson.Default.NodeReport);
        }
        catch (JsonException)
        {
            // Of another version.
            return null;
        }
    }

    private async ValueTask<(IReadOnlyList<string> Nodes, long Version)> ReadListAsync(CancellationToken cancellationToken)
    {
        var list = await Records.ReadAsync<string>(ListKey, ReadIntent.Peek, cancellationToken).ConfigureAwait(false);
        return list.HasValue ? (list.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries), list.Version) : ([], 0);
    }

    /// <summary>Stores the list, unless another was quicker.</summary>
    private ValueTask<bool> TryStoreListAsync(string[] nodes, long expected, CancellationToken cancellationToken) =>
        StoreAsync(ListKey, string.Join('\n', nodes), s_listLife, WriteCondition.HasVersion(expected), cancellationToken);

    private async ValueTask<bool> StoreAsync(string key, string text, TimeSpan life, WriteCondition condition, CancellationToken cancellationToken) =>
        (await Records.WriteAsync(key, text, new EntryWrite { TimeToLiveMs = (long)life.TotalMilliseconds }, condition, cancellationToken).ConfigureAwait(false)).Version != 0;
}
