using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Sampling;
using Larder.Cli.Targets;

namespace Larder.Cli.Commands;

/// <summary><c>larder stats hot</c>.</summary>
internal sealed class StatsHotCommand : SampleCommand
{
    private static readonly ReportShape s_shape = new("hot", new Column("key", "Key"), new Column("frequency", "Frequency"), new Column("size", "Size", Humane.Size), new Column("timeToLive", "Expires in"));

    private readonly Option<int> _top = Number("--top", "How many entries are shown.", 20, 1, 10_000);

    public StatsHotCommand(ToolSetup setup)
        : base(
            "hot",
            "Shows the entries that Redis is asked for most, by the counters that it keeps with an LFU policy: 0 to 255, logarithmic, and falling with time. Reads that memory answers are not among them.",
            setup,
            "stats hot --redis localhost:6379 --cache shop",
            "stats hot 'product:*' --top 5 --output json") => Add(_top);

    protected override async ValueTask<(IReportWriter Report, IReadOnlyList<(string Name, object? Value)> Facts, string? Note)> ReportAsync(
        Invocation invocation, ITarget target, EntrySample sample, CancellationToken cancellationToken)
    {
        var frequencies = await target.FrequenciesAsync([.. sample.Entries.Select(entry => entry.Key)], cancellationToken);
        var report = invocation.Begin(s_shape);
        foreach (var (entry, frequency) in sample.Entries.Zip(frequencies).Where(pair => pair.Second is not null).OrderByDescending(pair => pair.Second).ThenBy(pair => pair.First.Key, StringComparer.Ordinal).Take(invocation.Get(_top)))
        {
            report.Row(entry.Key, frequency, entry.Size, entry.TimeToLive);
        }

        return (report, [], null);
    }
}
