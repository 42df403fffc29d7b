using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Targets;

namespace Larder.Cli.Commands;

/// <summary><c>larder top</c>.</summary>
internal sealed class TopCommand : ToolCommand
{
    private static readonly TimeSpan s_keyPause = TimeSpan.FromMilliseconds(50);

    private static readonly ReportShape s_shape = new(
        "top",
        new Column("name", "Name", Width: 24),
        new Column("status", "Status", Width: 9),
        new Column("readsPerSecond", "Reads/s", Width: 9),
        new Column("hitShare", "Hits", Humane.Share, Width: 7),
        new Column("writesPerSecond", "Writes/s", Width: 9),
        new Column("loadsPerSecond", "Loads/s", Width: 9),
        new Column("evictionsPerSecond", "Evicted/s", Width: 9),
        new Column("readP50", "p50", Width: 7),
        new Column("readP99", "p99", Width: 7),
        new Column("loadP99", "Load p99", Width: 8),
        new Column("entries", "Entries", Width: 9),
        new Column("bytes", "Bytes", Humane.Size, Width: 9),
        new Column("reads", "Reads", Width: 12),
        new Column("hits", "Hits in all", IsDetail: true),
        new Column("saved", "Loads saved", Width: 12));

    private readonly Option<bool> _once = new("--once") { Description = "Looks once, and ends." };
    private readonly Option<TimeSpan> _interval = Duration("--interval", "How long there is between two looks. Processes report to Redis every 5 seconds.", TimeSpan.FromSeconds(2));
    private readonly Option<int> _count = Number("--count", "How many looks there are; 0 for no end.", 0, 0, int.MaxValue);

    public TopCommand(ToolSetup setup)
        : base(
            "top",
            "Shows how the cache does, now and since the start: by process (--redis), or by cache of one application, with latencies (--url). On a terminal q ends it and p halts it.",
            setup,
            "top --url http://localhost:5000/larder",
            "top --redis localhost:6379 --cache shop --once --output json",
            "top --redis localhost:6379 --cache shop --interval 5s --output csv > shop.csv")
    {
        Add(_once);
        Add(_interval);
        Add(_count);
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        if (invocation.Get(_once))
        {
            var report = invocation.Begin(s_shape);
            await WriteAsync(target, report, cancellationToken);
            report.End();
            return ExitCode.Ok;
        }

        if (invocation.IsForPeople && invocation.Terminal.IsOutputTerminal)
        {
            using var page = new LivePage(invocation.Terminal);
            await RunAsync(invocation, async () => page.Show(TableReportWriter.TableOf(s_shape, await RowsAsync(target, cancellationToken)), $"{target.Description}    q ends, p halts"), cancellationToken);
        }
        else
        {
            var stream = invocation.BeginStream(s_shape);
            await RunAsync(invocation, () => WriteAsync(target, stream, cancellationToken), cancellationToken);
        }

        return ExitCode.Ok;
    }

    /// <summary>Looks again and again, until the count is reached or somebody presses q.</summary>
    private async Task RunAsync(Invocation invocation, Func<Task> look, CancellationToken cancellationToken)
    {
        var (count, terminal, isHalted) = (invocation.Get(_count), invocation.Terminal, false);
        for (var looks = 1; ; looks++)
        {
            if (!isHalted)
            {
                await look();
            }

            if (looks == count)
            {
                return;
            }

            var start = terminal.Time.GetTimestamp();
            do
            {
                await Task.Delay(s_keyPause, terminal.Time, cancellationToken);
                switch (terminal.TakeKey())
                {
                    case ConsoleKey.Q:
                        return;
                    case ConsoleKey.P:
                        isHalted = !isHalted;
                        break;
                }
            }
            while (terminal.Time.GetElapsedTime(start) < invocation.Get(_interval));
        }
    }

    private static async Task WriteAsync(ITarget target, IReportWriter report, CancellationToken cancellationToken)
    {
        foreach (var row in await RowsAsync(target, cancellationToken))
        {
            report.Row(row);
        }
    }

    private static async ValueTask<IReadOnlyList<IReadOnlyList<object?>>> RowsAsync(ITarget target, CancellationToken cancellationToken) =>
    [
        .. (await target.LookAsync(cancellationToken)).Select(row => (object?[])
        [
            row.Name, row.Status, row.ReadsPerSecond, row.HitShare, row.WritesPerSecond, row.LoadsPerSecond, row.EvictionsPerSecond, row.ReadP50, row.ReadP99, row.LoadP99,
            row.Entries, row.Bytes, row.Reads, row.Hits, row.Saved,
        ]),
    ];
}
