using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Sampling;
using Larder.Cli.Targets;

namespace Larder.Cli.Commands;

/// <summary><c>larder stats prefixes</c>.</summary>
internal sealed class StatsPrefixesCommand : SampleCommand
{
    private static readonly ReportShape s_shape = new(
        "prefixes",
        new Column("prefix", "Prefix"),
        new Column("entries", "Entries"),
        new Column("bytes", "Bytes", Humane.Size),
        new Column("share", "Of all bytes", Humane.Share),
        new Column("meanSize", "Mean size", Humane.Size),
        new Column("withoutExpiry", "Never expire"));

    private readonly Option<int> _top = Number("--top", "How many prefixes are shown.", 20, 1, 10_000);
    private readonly Option<int> _depth = Number("--depth", "How many parts of a key make its prefix.", 1, 1, 16);
    private readonly Option<string> _separator = new("--separator") { Description = "What is between the parts of a key.", HelpName = "text", DefaultValueFactory = static _ => ":" };

    public StatsPrefixesCommand(ToolSetup setup)
        : base("prefixes", "Shows which kinds of keys there are, and what each takes.", setup, "stats prefixes --redis localhost:6379 --cache shop", "stats prefixes --depth 2 --sample all --output json")
    {
        Add(_top);
        Add(_depth);
        Add(_separator);
        _separator.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not { Length: > 0 })
            {
                result.AddError("--separator must not be empty.");
            }
        });
    }

    protected override ValueTask<(IReportWriter Report, IReadOnlyList<(string Name, object? Value)> Facts, string? Note)> ReportAsync(
        Invocation invocation, ITarget target, EntrySample sample, CancellationToken cancellationToken)
    {
        var report = invocation.Begin(s_shape);
        var (separator, depth) = (invocation.Get(_separator)!, invocation.Get(_depth));
        var whole = sample.Entries.Sum(entry => Math.Max(0, entry.Size));
        var groups = sample.Entries.GroupBy(entry => PrefixOf(entry.Key, separator, depth), StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Entries: group.Count(), Bytes: group.Sum(entry => Math.Max(0, entry.Size)), Lasting: group.Count(entry => entry.TimeToLive is null)))
            .OrderByDescending(group => group.Bytes).ThenBy(group => group.Name, StringComparer.Ordinal).ToList();
        foreach (var (name, entries, bytes, lasting) in groups.Take(invocation.Get(_top)))
        {
            report.Row(name, entries, bytes, whole == 0 ? 0.0 : (double)bytes / whole, bytes / entries, lasting);
        }

        return new((report, [("prefixCount", groups.Count), ("bytes", whole)], null));
    }

    /// <summary>Gets the first parts of a key with a star for the rest; a key of so few parts is its own prefix.</summary>
    private static string PrefixOf(string key, string separator, int depth)
    {
        var end = 0;
        for (var i = 0; i < depth; i++)
        {
            var at = key.IndexOf(separator, end, StringComparison.Ordinal);
            if (at < 0)
            {
                return i == 0 ? key : key[..end] + "*";
            }

            end = at + separator.Length;
        }

        return key[..end] + "*";
    }
}
