using System.Diagnostics;
using System.Globalization;
using Larder.Diagnostics;
using Larder.Views;

namespace Larder.Inspection;

/// <summary>Writes the reports of this process, for one cache, every few seconds.</summary>
internal sealed class NodeReporter : IAsyncDisposable
{
    /// <summary>How often. A report outlives three that could not be written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly DateTimeOffset s_startedAt = new(Process.GetCurrentProcess().StartTime.ToUniversalTime(), TimeSpan.Zero);
    private static readonly CacheHealthOptions s_health = new();

    private readonly CacheCore _core;
    private readonly NodeReports _reports;
    private readonly string _application;
    private readonly string _environment;
    private readonly CancellationTokenSource _stop = new();
    private Task? _run;

    public NodeReporter(CacheCore core, string application, string environment)
    {
        (_core, _application, _environment) = (core, application, environment);
        _reports = new NodeReports(core.Tier);
    }

    /// <summary>Gets what this process is called.</summary>
    public static string NodeId { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{System.Environment.MachineName}-{System.Environment.ProcessId}-{Random.Shared.Next(0x10000):x4}");

    public void Start() => _run ??= RunAsync();

    /// <summary>Makes a report of this moment.</summary>
    public async ValueTask<NodeReport> ReportAsync(CancellationToken cancellationToken)
    {
        var health = await _core.Health.CheckAsync(s_health, cancellationToken).ConfigureAwait(false);
        return new NodeReport
        {
            Id = NodeId,
            Application = _application,
            Environment = _environment,
            Machine = System.Environment.MachineName,
            ProcessId = System.Environment.ProcessId,
            Version = typeof(NodeReporter).Assembly.GetName().Version?.ToString(3) ?? "",
            StartedAt = s_startedAt,
            ReportedAt = _core.Clock.Provider.GetUtcNow(),
            ClockSkew = await SkewAsync(cancellationToken).ConfigureAwait(false),
            WorkingSet = System.Environment.WorkingSet,
            ManagedHeap = GC.GetGCMemoryInfo().HeapSizeBytes,
            Processors = System.Environment.ProcessorCount,
            Cache = _core.Diagnostics.Name,
            Tier = health.Tier,
            Status = health.Status,
            Reasons = [.. health.Findings.Select(finding => finding.Reason)],
            Statistics = health.Total,
            Locks = _core.Locks.Held(),
            WriteBehind = WriteMetrics.Of(_core.Diagnostics),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_run is not null)
        {
            await _run.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _reports.WriteAsync(await ReportAsync(_stop.Token).ConfigureAwait(false), _stop.Token).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // The cache was disposed before its reporter.
                break;
            }
            catch (Exception)
            {
                // The store is away, or the end has come; otherwise the report that comes next will do.
            }

            await Task.Delay(Interval, _core.Clock.Provider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await LeaveAsync().ConfigureAwait(false);
    }

    private async ValueTask LeaveAsync()
    {
        try
        {
            await _reports.RemoveAsync(NodeId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It will be gone soon.
        }
    }

    private async ValueTask<TimeSpan?> SkewAsync(CancellationToken cancellationToken)
    {
        try
        {
            var before = _core.Clock.Provider.GetUtcNow();
            var store = await _core.Tier.TimeAsync(cancellationToken).ConfigureAwait(false);
            return before + ((_core.Clock.Provider.GetUtcNow() - before) / 2) - store;
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not ObjectDisposedException)
        {
            return null;
        }
    }
}
