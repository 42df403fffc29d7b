using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Targets;
using Larder.Redis;

namespace Larder.Cli.Commands;

/// <summary><c>larder watch</c>.</summary>
internal sealed class WatchCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new(
        "events",
        new Column("what", "What", Width: 40),
        new Column("kind", "Kind", Width: 13),
        new Column("at", "At", Width: 19),
        new Column("detail", "Detail"),
        new Column("traceId", "Trace"));

    private readonly Option<int> _count = Number("--count", "How many events there are before it ends; 0 for no end.", 0, 0, int.MaxValue);
    private readonly Option<int> _last = Number("--last", "How many events that have been are shown first (--url).", 10, 0, 500);
    private readonly Option<string[]> _kinds = new("--kind") { Description = "Only events of these kinds: Key, Tag, All (--redis); Invalidated, LoadFailed, Evicted, StoreFailed, HealthChanged, Action (--url).", HelpName = "kind", AllowMultipleArgumentsPerToken = true };

    public WatchCommand(ToolSetup setup)
        : base(
            "watch",
            "Tells what changes, until Ctrl-C: each write and removal that Redis tells of, whoever made it (--redis), or the events of an application (--url).",
            setup,
            "watch --redis localhost:6379 --cache shop",
            "watch --url http://localhost:5000/larder --kind LoadFailed StoreFailed --output json",
            "watch --redis localhost:6379 --cache shop --count 1 --output name")
    {
        Add(_count);
        Add(_last);
        Add(_kinds);
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var address = invocation.Address();
        await using ITarget target = address.Url is null ? await RedisTarget.OpenAsync(address, cancellationToken, RedisLocalCopies.Broadcast) : await DashboardTarget.OpenAsync(address, cancellationToken);
        if (invocation.IsForPeople)
        {
            invocation.Say($"Watching {target.Description}. Ctrl-C ends it.");
        }

        var (kinds, count, seen) = (invocation.Get(_kinds) ?? [], invocation.Get(_count), 0);
        var stream = invocation.BeginStream(s_shape);
        await foreach (var change in target.WatchAsync(invocation.Get(_last), cancellationToken))
        {
            if (kinds.Length > 0 && !kinds.Contains(change.Kind, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            stream.Row(change.What, change.Kind, change.At, change.Detail, change.TraceId);
            if (++seen == count)
            {
                break;
            }
        }

        return ExitCode.Ok;
    }
}
