using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;

namespace Larder.Cli.Commands;

/// <summary><c>larder nodes</c>.</summary>
internal sealed class NodesCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new(
        "nodes",
        new Column("id", "Process"),
        new Column("application", "Application"),
        new Column("status", "Status"),
        new Column("version", "Larder", IsDetail: true),
        new Column("uptime", "Up"),
        new Column("reportAge", "Seen"),
        new Column("clockSkew", "Clock", IsDetail: true),
        new Column("workingSet", "Memory", Humane.Size),
        new Column("reads", "Reads"),
        new Column("hitShare", "Hits", Humane.Share),
        new Column("loads", "Loads"),
        new Column("entries", "Entries"),
        new Column("bytes", "Bytes", Humane.Size),
        new Column("pendingInvalidations", "Pending", IsDetail: true),
        new Column("localCopies", "Copies"),
        new Column("cache", "Cache", IsDetail: true),
        new Column("environment", "Environment", IsDetail: true),
        new Column("machine", "Machine", IsDetail: true),
        new Column("processId", "Process number", IsDetail: true),
        new Column("startedAt", "Started", IsDetail: true),
        new Column("reportedAt", "Reported", IsDetail: true));

    public NodesCommand(ToolSetup setup)
        : base(
            "nodes",
            "Lists the processes that share the cache, as each reports every 5 seconds: those with a dashboard, and those that call AddNodeReports().",
            setup,
            "nodes --redis localhost:6379 --cache shop",
            "nodes --url http://localhost:5000/larder --output json")
    {
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        var nodes = await target.NodesAsync(cancellationToken);
        var report = invocation.Begin(s_shape);
        var now = invocation.Terminal.Time.GetUtcNow();
        foreach (var node in nodes)
        {
            report.Row(
                node.Id, node.Application, node.Status, node.Version, now - node.StartedAt, now - node.ReportedAt, node.ClockSkew, node.WorkingSet, node.Reads,
                node.Reads > 0 ? (double)node.Hits / node.Reads : null, node.Loads, node.Entries, node.Bytes, node.PendingInvalidations, node.LocalCopies,
                node.Cache, node.Environment, node.Machine, node.ProcessId, node.StartedAt, node.ReportedAt);
        }

        report.End();
        if (invocation.IsForPeople)
        {
            invocation.Say(nodes.Count == 0 ? "No process reports on this cache. One does that has a dashboard, or calls AddNodeReports() in AddLarder." : $"{nodes.Count} processes.");
        }

        return ExitCode.Ok;
    }
}
