using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Sampling;
using Larder.Cli.Targets;

namespace Larder.Cli.Commands;

/// <summary><c>larder stats ttl</c>.</summary>
internal sealed class StatsTtlCommand : SampleCommand
{
    private static readonly ReportShape s_shape = new(
        "ttl", new Column("within", "Expire within"), new Column("entries", "Entries"), new Column("share", "Share", Humane.Share), new Column("bytes", "Bytes", Humane.Size), new Column("freed", "Freed by then", Humane.Share));

    private static readonly (string Name, TimeSpan? Within)[] s_buckets =
    [
        ("1m", TimeSpan.FromMinutes(1)), ("5m", TimeSpan.FromMinutes(5)), ("1h", TimeSpan.FromHours(1)), ("6h", TimeSpan.FromHours(6)),
        ("1d", TimeSpan.FromDays(1)), ("7d", TimeSpan.FromDays(7)), ("30d", TimeSpan.FromDays(30)), ("longer", TimeSpan.MaxValue), ("never", null),
    ];

    public StatsTtlCommand(ToolSetup setup)
        : base("ttl", "Shows how long entries live on, and how much memory their expiry will free.", setup, "stats ttl --redis localhost:6379 --cache shop", "stats ttl 'session:*' --sample 5% --output csv")
    {
    }

    protected override ValueTask<(IReportWriter Report, IReadOnlyList<(string Name, object? Value)> Facts, string? Note)> ReportAsync(
        Invocation invocation, ITarget target, EntrySample sample, CancellationToken cancellationToken)
    {
        var report = invocation.Begin(s_shape);
        var groups = sample.Entries.ToLookup(entry => entry.TimeToLive is { } life ? Array.FindIndex(s_buckets, bucket => life <= bucket.Within) : s_buckets.Length - 1);
        var bytes = sample.Entries.Sum(SizeOf);
        var freed = 0L;
        for (var i = 0; i < s_buckets.Length; i++)
        {
            var own = groups[i].Sum(SizeOf);
            freed += s_buckets[i].Within is null ? 0 : own;
            report.Row(s_buckets[i].Name, groups[i].Count(), Part(groups[i].Count(), sample.Entries.Count), own, s_buckets[i].Within is null ? null : Part(freed, bytes));
        }

        return new((report, [("bytes", bytes)], null));
    }

    private static long SizeOf(EntryInfo entry) => Math.Max(0, entry.Size);

    private static double Part(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
