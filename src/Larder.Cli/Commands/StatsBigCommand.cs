using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Sampling;
using Larder.Cli.Targets;

namespace Larder.Cli.Commands;

/// <summary><c>larder stats big</c>.</summary>
internal sealed class StatsBigCommand : SampleCommand
{
    private static readonly ReportShape s_shape = new("big", new Column("key", "Key"), new Column("size", "Size", Humane.Size), new Column("share", "Of all", Humane.Share), new Column("format", "Format"));

    private readonly Option<int> _top = Number("--top", "How many entries are shown.", 20, 1, 10_000);

    public StatsBigCommand(ToolSetup setup)
        : base("big", "Shows the largest entries, and how sizes are spread.", setup, "stats big --redis localhost:6379 --cache shop", "stats big 'report:*' --sample all --top 5 --output json") => Add(_top);

    protected override ValueTask<(IReportWriter Report, IReadOnlyList<(string Name, object? Value)> Facts, string? Note)> ReportAsync(
        Invocation invocation, ITarget target, EntrySample sample, CancellationToken cancellationToken)
    {
        var report = invocation.Begin(s_shape);
        var known = sample.Entries.Where(entry => entry.Size >= 0).OrderByDescending(entry => entry.Size).ThenBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        var bytes = known.Sum(entry => entry.Size);
        foreach (var entry in known.Take(invocation.Get(_top)))
        {
            report.Row(entry.Key, entry.Size, bytes == 0 ? 0.0 : (double)entry.Size / bytes, entry.Format);
        }

        long? p50 = Percentile(known, 0.5), p90 = Percentile(known, 0.9), p99 = Percentile(known, 0.99);
        var note = known.Count == 0 ? null : $"Sizes: p50 {Humane.Size(p50!)}, p90 {Humane.Size(p90!)}, p99 {Humane.Size(p99!)}, largest {Humane.Size(known[0].Size)}, together {Humane.Size(bytes)}.";
        return new((report, [("bytes", bytes), ("p50", p50), ("p90", p90), ("p99", p99)], note));
    }

    /// <summary>Gets the size that a part of the entries does not exceed.</summary>
    private static long? Percentile(List<EntryInfo> largestFirst, double part) =>
        largestFirst.Count == 0 ? null : largestFirst[largestFirst.Count - Math.Max(1, (int)Math.Ceiling(largestFirst.Count * part))].Size;
}
