using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;

namespace Larder.Cli.Commands;

/// <summary><c>larder tags invalidate</c>.</summary>
internal sealed class TagsInvalidateCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new("invalidated", new Column("tag", "Tag"), new Column("entries", "Entries"), new Column("invalidated", "Invalidated"));

    private readonly Argument<string[]> _tags = new("tag") { Description = "The tags.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Counts the entries, and invalidates nothing. The count looks at each entry of the cache." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Does not ask." };

    public TagsInvalidateCommand(ToolSetup setup)
        : base(
            "invalidate",
            "Invalidates all entries that carry a tag, in all processes, with one write.",
            setup,
            "tags invalidate users --redis localhost:6379 --cache shop --dry-run",
            "tags invalidate users tenant-7 --yes")
    {
        Add(_tags);
        Add(_dryRun);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        var tags = invocation.Get(_tags)!;
        var isDry = invocation.Get(_dryRun);
        if (!isDry)
        {
            Confirmation.Require(invocation, invocation.Get(_yes), $"All entries of {string.Join(", ", tags.Select(tag => $"'{tag}'"))} would be invalidated in {target.Description}.");
        }

        var report = invocation.Begin(s_shape);
        foreach (var tag in tags)
        {
            report.Row(tag, await target.RemoveByTagAsync(tag, isDry, cancellationToken), !isDry);
        }

        report.End(("dryRun", isDry));
        return ExitCode.Ok;
    }
}
