using System.CommandLine;
using System.Globalization;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Replay;
using Larder.Cli.Replay.Simulation;

namespace Larder.Cli.Commands;

/// <summary><c>larder replay</c>.</summary>
internal sealed class ReplayCommand : ToolCommand
{
    private const double NearlyAll = 0.95;

    private readonly Argument<FileInfo> _trace = new("trace") { Description = "Text with a key a line, or 'key,size'; expanded if it ends in .gz. Or NAME.u64.gz, with NAME.sizes.u64.gz beside it.", HelpName = "file" };
    private readonly Option<IReadOnlyList<CacheSize>> _sizes = new("--sizes")
    {
        Description = "The sizes: shares of the keys or numbers of entries, such as 1%,10%,20000. Default: from 0.1% to 100%.",
        HelpName = "sizes",
        DefaultValueFactory = static _ => CacheSize.Curve,
        CustomParser = static result => GlobalOptions.Parse(result, CacheSize.ParseList),
    };

    private readonly Option<string[]> _policies = new("--policies") { Description = "What it is replayed through: larder, lru, optimum (which knows the future). Default: all.", HelpName = "names", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _bytes = new("--bytes") { Description = "Bounds the caches by bytes; the trace needs sizes. There is no optimum then." };
    private readonly Option<int> _limit = Number("--limit", "How many accesses are read.", int.MaxValue, 1, int.MaxValue);
    private readonly Option<FileInfo?> _svg = new("--svg") { Description = "Draws the curve into a file.", HelpName = "file" };

    public ReplayCommand(ToolSetup setup)
        : base(
            "replay",
            "Replays a trace of accesses through the memory of Larder at several sizes: which hit ratio a cache of which size would have. It needs no server.",
            setup,
            "replay trace.csv --svg curve.svg",
            "cut -d' ' -f7 access.log > keys.txt && larder replay keys.txt --sizes 1000,10000,100000",
            "replay orders.u64.gz --bytes --output json")
    {
        Add(_trace);
        Add(_sizes);
        Add(_policies);
        Add(_bytes);
        Add(_limit);
        Add(_svg);
        _policies.AcceptOnlyFromAmong([.. ReplayPolicy.All.Select(policy => policy.Name)]);
    }

    protected override Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        using var progress = new ProgressLine(invocation.Terminal, "accesses read");
        var trace = TraceFile.Read(invocation.Get(_trace)!, invocation.Get(_limit), progress, cancellationToken);
        progress.Dispose();
        var isBytes = invocation.Get(_bytes);
        if (isBytes && !trace.HasSizes)
        {
            throw ToolException.Usage($"The trace {trace.Name} has no sizes, which --bytes needs.", "Give lines 'key,size', or a file NAME.sizes.u64.gz beside it.");
        }

        var chosen = invocation.Get(_policies) is { Length: > 0 } names ? [.. ReplayPolicy.All.Where(policy => names.Contains(policy.Name))] : ReplayPolicy.All;
        ReplayPolicy[] policies = [.. chosen.Where(policy => !isBytes || policy != ReplayPolicy.Optimum)];
        using var runs = new ProgressLine(invocation.Terminal, "runs done");
        var points = HitCurve.Of(trace, invocation.Get(_sizes)!, policies, isBytes, runs, cancellationToken);
        runs.Dispose();
        Write(invocation, trace, points, policies, isBytes);
        return Task.FromResult(ExitCode.Ok);
    }

    private void Write(Invocation invocation, Trace trace, IReadOnlyList<CurvePoint> points, ReplayPolicy[] policies, bool isBytes)
    {
        Func<object, string> show = isBytes ? Humane.Size : Humane.Count;
        var report = invocation.Begin(new ReportShape(
            "curve",
            [new Column("capacity", isBytes ? "Bytes" : "Entries", show), new Column("share", "Of all", Humane.Share), .. policies.Select(policy => new Column(policy.Name, policy.Title, Humane.Share))]));
        foreach (var point in points)
        {
            report.Row([point.Capacity, point.Share, .. policies.Select(policy => point.HitRatios.TryGetValue(policy.Name, out var ratio) ? (object?)ratio : null)]);
        }

        var knee = HitCurve.Knee(points, policies[0].Name, NearlyAll);
        report.End(("trace", trace.Name), ("accesses", trace.Ids.Length), ("keys", trace.KeyCount), ("unit", isBytes ? "bytes" : "entries"), ("knee", knee?.Capacity));
        if (invocation.Get(_svg) is { } file)
        {
            var note = string.Create(CultureInfo.InvariantCulture, $"{trace.Ids.Length:N0} accesses to {trace.KeyCount:N0} keys; capacity in {(isBytes ? "bytes" : "entries")}.");
            File.WriteAllText(file.FullName, SvgPlot.Draw($"Hit ratio of {trace.Name} by the size of the cache", note, points, policies, capacity => Short(capacity, isBytes)));
        }

        if (invocation.IsForPeople)
        {
            if (points.Count > 1)
            {
                invocation.Terminal.Output.Write("\n" + TextPlot.Draw(points, policies, invocation.Terminal.Width, capacity => show(capacity)));
            }

            invocation.Say(string.Create(CultureInfo.InvariantCulture, $"{trace.Name}: {trace.Ids.Length:N0} accesses to {trace.KeyCount:N0} keys.{(knee is null || points.Count < 2 ? "" : $" {policies[0].Title} has {NearlyAll:P0} of the hits of the largest size from {show(knee.Capacity)}{(isBytes ? "" : " entries")} on.")}"));
        }
    }

    private static string Short(long capacity, bool isBytes) => isBytes ? Humane.Size(capacity)
        : capacity >= 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{capacity / 1e6:0.#}M")
        : capacity >= 10_000 ? string.Create(CultureInfo.InvariantCulture, $"{capacity / 1e3:0.#}k")
        : Humane.Count(capacity);
}
