using System.CommandLine;
using System.Globalization;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;

namespace Larder.Cli.Commands;

/// <summary><c>larder keys list</c>.</summary>
internal sealed class KeysListCommand : ToolCommand
{
    private readonly Argument<string> _pattern = new("pattern") { Description = "Which keys: * stands for any text, ? for one character, [abc] for one of several.", DefaultValueFactory = static _ => "*" };
    private readonly Option<string?> _tag = new("--tag") { Description = "Only entries with this tag. There is no index of it: entries are looked at one by one.", HelpName = "tag" };
    private readonly Option<int> _limit = Number("--limit", "How many entries are shown.", 100, 1, 10_000_000);
    private readonly Option<bool> _all = new("--all") { Description = "Shows all entries, without a limit." };
    private readonly Option<string?> _cursor = new("--cursor") { Description = "Where to go on: the cursor that an earlier listing ended with.", HelpName = "cursor" };

    public KeysListCommand(ToolSetup setup)
        : base("list", "Lists entries, in no order.", setup, "keys list --redis localhost:6379 --cache shop", "keys list 'user:*' --tag vip --output json", "keys list 'session:*' --all --output name | wc -l")
    {
        Add(_pattern);
        Add(_tag);
        Add(_limit);
        Add(_all);
        Add(_cursor);
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        var limit = invocation.Get(_all) ? int.MaxValue : invocation.Get(_limit);
        var scan = new EntryScan { Pattern = invocation.Get(_pattern)!, Tag = invocation.Get(_tag), Cursor = invocation.Get(_cursor), PageSize = Math.Min(limit, EntryScan.MaxPageSize) };
        var (shown, scanned, total) = (0, 0L, -1L);
        string? cursor;
        IReportWriter? report = null;
        do
        {
            // A page is never cut: what is left of it could not be listed later.
            var page = await target.ScanAsync(scan, cancellationToken);
            report ??= invocation.Begin(EntryColumns.List);
            foreach (var entry in page.Entries)
            {
                report.Row(EntryColumns.ListValues(entry));
                shown++;
            }

            (scanned, total, cursor) = (scanned + page.Scanned, page.Total, page.Cursor);
            scan = scan with { Cursor = cursor, PageSize = Math.Clamp(limit - shown, 1, EntryScan.MaxPageSize) };
        }
        while (cursor is not null && shown < limit);

        report.End(("scanned", scanned), ("total", total < 0 ? null : total), ("cursor", cursor));
        if (invocation.IsForPeople)
        {
            invocation.Say(string.Create(CultureInfo.InvariantCulture, $"{shown:N0} entries; {scanned:N0} keys looked at{(total < 0 ? "" : $" of about {total:N0}")}.{(cursor is null ? "" : $" More: --cursor {cursor}, or --all.")}"));
        }

        return ExitCode.Ok;
    }
}
