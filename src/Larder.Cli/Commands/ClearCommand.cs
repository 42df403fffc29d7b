using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;

namespace Larder.Cli.Commands;

/// <summary><c>larder clear</c>.</summary>
internal sealed class ClearCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new("clear", new Column("cache", "Cache"), new Column("count", "Entries"), new Column("dryRun", "Dry run"));

    private readonly Argument<string?> _name = new("cache") { Description = "The name of the cache, if it is not given by --cache.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Counts the entries, and removes none." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Does not ask." };
    private readonly GlobalOptions _options;

    public ClearCommand(ToolSetup setup)
        : base(
            "clear",
            "Removes all entries of a cache; those of other caches in the same Redis stay. On a terminal the name of the cache has to be typed.",
            setup,
            "clear shop --redis localhost:6379 --dry-run",
            "clear shop --redis localhost:6379 --yes")
    {
        _options = setup.Options;
        Add(_name);
        Add(_dryRun);
        Add(_yes);
        Validators.Add(result =>
        {
            if (result.GetValue(_name) is { } name && result.GetValue(setup.Options.Cache) is { } other && name != other)
            {
                result.AddError($"Two caches are named: {name} and {other}.");
            }
        });
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var address = invocation.Address();
        if (invocation.Get(_name) is { } name)
        {
            // A prefix that was said stays what was said; one that follows from the name of the cache follows the new name.
            address = address with { Cache = name, Prefix = address.Prefix == address.Cache ? name : address.Prefix };
        }
        else if (invocation.Get(_options.Cache) is null && !invocation.Get(_dryRun))
        {
            throw ToolException.Usage("Which cache is to be cleared is not said.", $"Name it: larder clear {address.Cache}");
        }

        await using var target = await Targets.Target.OpenAsync(address, cancellationToken);
        var isDry = invocation.Get(_dryRun);
        if (!isDry)
        {
            Confirmation.Require(invocation, invocation.Get(_yes), $"All entries would be removed from {target.Description}.", address.Cache);
        }

        using var progress = new ProgressLine(invocation.Terminal, "entries removed");
        var count = await target.ClearAsync(isDry, progress, cancellationToken);
        progress.Dispose();
        invocation.Write(s_shape, address.Cache, count, isDry);
        return ExitCode.Ok;
    }
}
