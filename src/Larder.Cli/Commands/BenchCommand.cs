using System.CommandLine;
using System.Globalization;
using Larder.Cli.Benchmark;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Targets;
using Larder.Redis;

namespace Larder.Cli.Commands;

/// <summary><c>larder bench</c>.</summary>
internal sealed class BenchCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new(
        "bench",
        new Column("operation", "Operation"),
        new Column("perSecond", "Per second", static value => Humane.Count((long)(double)value)),
        new Column("p50", "p50"),
        new Column("p95", "p95"),
        new Column("p99", "p99"),
        new Column("count", "Operations"),
        new Column("errors", "Errors"));

    private readonly Option<TimeSpan> _length = Duration("--length", "How long each of the three operations is measured.", TimeSpan.FromSeconds(3));
    private readonly Option<int> _callers = Number("--callers", "How many ask at the same time.", 32, 1, 10_000);
    private readonly Option<int> _keys = Number("--keys", "How many keys there are.", 1_000, 1, 1_000_000);
    private readonly Option<int> _size = Number("--size", "How large a value is, in bytes.", 1_024, 0, 16 << 20);
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Does not ask." };

    public BenchCommand(ToolSetup setup)
        : base(
            "bench",
            "Measures reads, writes and get-or-create (one in ten loads) from this machine: throughput and latency, without copies in memory. It takes keys of its own and removes them. It is a load for the server: it asks before.",
            setup,
            "bench --redis localhost:6379 --yes",
            "bench --redis localhost:6379 --yes --callers 1 --length 10s --output json")
    {
        Add(_length);
        Add(_callers);
        Add(_keys);
        Add(_size);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var address = invocation.Address();
        if (address.Url is not null)
        {
            throw ToolException.Usage("Only a Redis can be measured.", "Name one with --redis.");
        }

        var plan = new BenchmarkPlan(invocation.Get(_callers), invocation.Get(_keys), invocation.Get(_size), invocation.Get(_length));
        var prefix = $"larder-bench-{Guid.NewGuid():N}";
        await using var target = await RedisTarget.OpenAsync(address with { Prefix = prefix }, cancellationToken, RedisLocalCopies.None);
        Confirmation.Require(invocation, invocation.Get(_yes), string.Create(
            CultureInfo.InvariantCulture, $"For {3 * plan.Length.TotalSeconds:0.#} s {target.Description} would get as many commands as {plan.Callers:N0} callers can send, and {plan.Keys:N0} keys of {Humane.Size(plan.Size)} and more."));
        var isFailed = false;
        try
        {
            var report = invocation.Begin(s_shape);
            await foreach (var result in new RedisBenchmark(target.Library, plan, invocation.Terminal.Time).RunAsync(cancellationToken))
            {
                report.Row(result.Operation, result.PerSecond, result.P50, result.P95, result.P99, result.Count, result.Errors);
                isFailed |= result.Errors > 0;
            }

            report.End(("callers", plan.Callers), ("keys", plan.Keys), ("size", plan.Size), ("length", plan.Length));
        }
        finally
        {
            // Also after Ctrl-C: what expires in minutes may be much until then.
            await target.Library.ClearAsync(CancellationToken.None);
        }

        if (invocation.IsForPeople)
        {
            invocation.Say(string.Create(CultureInfo.InvariantCulture, $"{plan.Callers:N0} callers, {plan.Keys:N0} keys of {Humane.Size(plan.Size)}; latencies are right to an eighth. This machine and the way to the server are in the figures."));
        }

        return isFailed ? ExitCode.Error : ExitCode.Ok;
    }
}
