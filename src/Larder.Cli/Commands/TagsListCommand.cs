using System.CommandLine;
using System.Globalization;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;

namespace Larder.Cli.Commands;

/// <summary><c>larder tags list</c>.</summary>
internal sealed class TagsListCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new(
        "tags",
        new Column("name", "Tag"),
        new Column("entries", "In memory"),
        new Column("isShared", "In Redis"),
        new Column("lastInvalidated", "Last invalidated"));

    private readonly Argument<string> _pattern = new("pattern") { Description = "Which tags, as for keys.", DefaultValueFactory = static _ => "*" };
    private readonly Option<int> _limit = Number("--limit", "How many tags are shown.", 1000, 1, 10_000_000);

    public TagsListCommand(ToolSetup setup)
        : base(
            "list",
            "Lists the tags in use. How many entries in memory carry one, and when it was invalidated, only an application knows (--url).",
            setup,
            "tags list --redis localhost:6379 --cache shop",
            "tags list 'tenant-*' --url http://localhost:5000/larder --output json")
    {
        Add(_pattern);
        Add(_limit);
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        var limit = invocation.Get(_limit);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        IReportWriter? report = null;
        do
        {
            var page = await target.TagsAsync(invocation.Get(_pattern)!, cursor, cancellationToken);
            report ??= invocation.Begin(s_shape);
            foreach (var tag in page.Tags.Where(tag => seen.Count < limit && seen.Add(tag.Name)))
            {
                report.Row(tag.Name, tag.Entries, tag.IsShared, tag.LastInvalidated);
            }

            cursor = page.Cursor;
        }
        while (cursor is not null && seen.Count < limit);

        report.End(("isComplete", cursor is null));
        if (invocation.IsForPeople)
        {
            invocation.Say(string.Create(CultureInfo.InvariantCulture, $"{seen.Count:N0} tags.{(cursor is null ? "" : " There are more: --limit.")}"));
        }

        return ExitCode.Ok;
    }
}
