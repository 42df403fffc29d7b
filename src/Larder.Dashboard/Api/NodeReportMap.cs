using Larder.Dashboard.Documents;
using Larder.Inspection;

namespace Larder.Dashboard.Api;

/// <summary>Puts the reports of a process, one for each of its caches, together.</summary>
internal static class NodeReportMap
{
    public static NodeDocument Node(IEnumerable<NodeReport> reports)
    {
        var all = reports.DistinctBy(report => report.Cache).ToArray();
        var last = all.MaxBy(report => report.ReportedAt)!;
        return new NodeDocument(
            last.Id,
            last.Id == NodeReporter.NodeId,
            last.Application,
            last.Environment,
            last.Machine,
            last.ProcessId,
            last.Version,
            last.StartedAt,
            last.ReportedAt,
            all.Select(report => report.ClockSkew).FirstOrDefault(skew => skew is not null)?.TotalSeconds,
            last.WorkingSet,
            last.ManagedHeap,
            last.Processors,
            [.. all.Select(Cache)],
            [.. all.SelectMany(report => report.Locks.Select(held => new LockDocument(report.Id, report.Cache, held.Name, held.FencingToken, held.TimeToLive.TotalSeconds)))],
            [.. all.SelectMany(report => report.WriteBehind.Select(queue => WriteBehind(report, queue)))]);
    }

    private static NodeCacheDocument Cache(NodeReport report) => new(
        report.Cache,
        report.Tier,
        report.Status.ToString(),
        report.Statistics.Reads,
        report.Statistics.Hits,
        report.Statistics.Reads > 0 ? (double)report.Statistics.Hits / report.Statistics.Reads : null,
        report.Statistics.Loads,
        report.Statistics.LoadFailures + report.Statistics.LoadTimeouts + report.Statistics.TierErrors,
        report.Statistics.Entries,
        report.Statistics.Bytes,
        report.Statistics.PendingInvalidations,
        report.Statistics.LocalCopies.ToString());

    private static WriteBehindDocument WriteBehind(NodeReport report, WriteBehindReport queue) => new(
        report.Id,
        report.Cache,
        queue.Source,
        queue.Statistics.Queued,
        queue.Statistics.Lag.TotalSeconds,
        queue.Statistics.Delivered,
        queue.Statistics.Failures,
        queue.Statistics.DeadLettered);
}
