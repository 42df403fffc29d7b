using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Larder.Cli.CommandLine;

namespace Larder.Cli.Targets;

/// <summary>What the processes of a cache in Redis say of themselves, and what Redis says of changes.</summary>
internal sealed partial class RedisTarget
{
    /// <summary>Changes that come faster than they are written; more are dropped, the oldest first.</summary>
    private const int MaxWaitingChanges = 100_000;

    private readonly Dictionary<string, (NodeReport Report, TopRow Row)> _last = new(StringComparer.Ordinal);

    public async ValueTask<IReadOnlyList<NodeRow>> NodesAsync(CancellationToken cancellationToken) =>
    [
        .. (await _inspector.NodesAsync(cancellationToken)).OrderBy(report => report.Id, StringComparer.Ordinal).Select(report => new NodeRow
        {
            Id = report.Id,
            Application = report.Application,
            Environment = report.Environment,
            Machine = report.Machine,
            ProcessId = report.ProcessId,
            Version = report.Version,
            StartedAt = report.StartedAt,
            ReportedAt = report.ReportedAt,
            ClockSkew = report.ClockSkew,
            WorkingSet = report.WorkingSet,
            Cache = report.Cache,
            Status = report.Status.ToString(),
            Reads = report.Statistics.Reads,
            Hits = report.Statistics.Hits,
            Loads = report.Statistics.Loads,
            Entries = report.Statistics.Entries,
            Bytes = report.Statistics.Bytes,
            PendingInvalidations = report.Statistics.PendingInvalidations,
            LocalCopies = report.Statistics.LocalCopies.ToString(),
        }),
    ];

    public async ValueTask<IReadOnlyList<TopRow>> LookAsync(CancellationToken cancellationToken)
    {
        var reports = await _inspector.NodesAsync(cancellationToken);
        return [.. reports.OrderBy(report => report.Id, StringComparer.Ordinal).Select(Compare)];
    }

    public async IAsyncEnumerable<ChangeEvent> WatchAsync(int last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var feed = Servers.Tier.Client.Feed;
        if (feed is not { IsBroadcast: true } || (await Servers.AllAsync(cancellationToken)).Any(node => node.Reads is not { Server.IsTracked: true }))
        {
            throw new ToolException(ExitCode.Refused, "Redis does not tell this user of changes.", "Allow it: ACL SETUSER name +client|tracking. A proxy in between has to speak RESP3.");
        }

        var changes = Channel.CreateBounded<ChangeEvent>(new BoundedChannelOptions(MaxWaitingChanges) { FullMode = BoundedChannelFullMode.DropOldest });
        var listener = new ChangeListener(Address.Prefix, Address.Time, changes.Writer);
        feed.Add(listener);
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            feed.Remove(listener);
        }
    }

    /// <summary>Holds a report against the one before of the same process. They come every few seconds: one that was seen already tells what it told then.</summary>
    private TopRow Compare(NodeReport report)
    {
        var total = report.Statistics;
        if (_last.TryGetValue(report.Id, out var last) && last.Report.ReportedAt >= report.ReportedAt)
        {
            return last.Row;
        }

        var seconds = last.Report is null ? 0 : (report.ReportedAt - last.Report.ReportedAt).TotalSeconds;
        var since = seconds > 0 ? total.Since(last.Report!.Statistics) : null;
        var row = new TopRow
        {
            Name = report.Id,
            Status = report.Status.ToString(),
            ReadsPerSecond = since?.Reads / seconds,
            WritesPerSecond = (since?.Sets + since?.Removes) / seconds,
            LoadsPerSecond = since?.Loads / seconds,
            EvictionsPerSecond = since?.Evictions / seconds,
            HitShare = (since is { Reads: > 0 } ? since : total) is { Reads: > 0 } counted ? (double)counted.Hits / counted.Reads : null,
            Entries = total.Entries,
            Bytes = total.Bytes,
            Reads = total.Reads,
            Hits = total.Hits,
            Saved = total.LoadsAvoided,
        };
        _last[report.Id] = (report, row);
        return row;
    }
}
