using System.CommandLine;
using System.Globalization;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Targets;

namespace Larder.Cli.Commands;

/// <summary><c>larder keys rm</c>.</summary>
internal sealed class KeysRemoveCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new("removed", new Column("key", "Key"), new Column("removed", "Removed"));

    private static readonly ReportShape s_countShape = new("removal", new Column("pattern", "Pattern"), new Column("count", "Entries"), new Column("dryRun", "Dry run"));

    private readonly Argument<string[]> _keys = new("key") { Description = "The keys; - reads them from the standard input, one a line.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _pattern = new("--pattern") { Description = "Removes all entries of a pattern, instead.", HelpName = "pattern" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Tells what would be removed, and removes nothing." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Does not ask." };

    public KeysRemoveCommand(ToolSetup setup)
        : base(
            "rm",
            "Removes entries, everywhere: in Redis and in the memory of all processes. The exit code is 3 when a key was not there.",
            setup,
            "keys rm user:42 user:43 --redis localhost:6379 --cache shop",
            "keys rm --pattern 'session:*' --dry-run",
            "keys list 'user:*' --tag vip --output name | larder keys rm - --yes")
    {
        Add(_keys);
        Add(_pattern);
        Add(_dryRun);
        Add(_yes);
        Validators.Add(result =>
        {
            if (result.GetValue(_pattern) is null == (result.GetValue(_keys) is not { Length: > 0 }))
            {
                result.AddError("Either keys or --pattern is needed, and not both.");
            }
        });
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        return invocation.Get(_pattern) is { } pattern
            ? await RemoveAsync(invocation, target, pattern, cancellationToken)
            : await RemoveAsync(invocation, target, cancellationToken);
    }

    private async Task<int> RemoveAsync(Invocation invocation, ITarget target, CancellationToken cancellationToken)
    {
        var keys = invocation.Get(_keys)!;
        if (keys is ["-"])
        {
            keys = [.. Lines(invocation.Terminal.Input)];
            if (!invocation.Get(_dryRun))
            {
                Confirmation.Require(invocation, invocation.Get(_yes), string.Create(CultureInfo.InvariantCulture, $"{keys.Length:N0} keys were read, and would be removed from {target.Description}."));
            }
        }

        var report = invocation.Begin(s_shape);
        var isMissing = false;
        foreach (var key in keys)
        {
            var isThere = invocation.Get(_dryRun) ? await target.FindAsync(key, cancellationToken) is not null : await target.RemoveAsync(key, cancellationToken);
            isMissing |= !isThere;
            report.Row(key, isThere && !invocation.Get(_dryRun));
        }

        report.End(("dryRun", invocation.Get(_dryRun)));
        return isMissing ? ExitCode.NotFound : ExitCode.Ok;
    }

    private async Task<int> RemoveAsync(Invocation invocation, ITarget target, string pattern, CancellationToken cancellationToken)
    {
        var isDry = invocation.Get(_dryRun);
        if (!isDry)
        {
            Confirmation.Require(invocation, invocation.Get(_yes), $"All entries '{pattern}' would be removed from {target.Description}.");
        }

        var count = await target.RemoveByPatternAsync(pattern, isDry, cancellationToken);
        invocation.Write(s_countShape, pattern, count, isDry);
        return ExitCode.Ok;
    }

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }
}
