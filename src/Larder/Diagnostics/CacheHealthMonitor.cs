using System.Collections.Concurrent;
using System.Globalization;
using Larder.Tiers;
using Larder.Views;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Diagnostics;

/// <summary>Tells the health of a cache by rules, each of which is looked at whatever the others say.</summary>
internal sealed class CacheHealthMonitor(CacheCore core)
{
    private readonly ConcurrentDictionary<TimeSpan, CountWindow> _windows = [];
    private readonly CacheStatisticsSnapshot _start = new() { TakenAt = core.Clock.Provider.GetUtcNow() };
    private readonly long _startedAt = core.Clock.Provider.GetTimestamp();
    private readonly Lock _gate = new();
    private long _pendingBefore;
    private string _told = "";

    public async ValueTask<CacheHealthReport> CheckAsync(CacheHealthOptions options, CancellationToken cancellationToken)
    {
        var store = await core.Tier.CheckAsync(cancellationToken).ConfigureAwait(false);
        var total = core.Statistics.Snapshot();
        var (before, span) = _windows.GetOrAdd(options.Window, static (window, monitor) => new CountWindow(window, monitor._start, monitor._startedAt), this)
            .Begin(total, core.Clock.Provider);
        var counted = total.Since(before);
        var report = new CacheHealthReport
        {
            Cache = core.Diagnostics.Name,
            Tier = core.Tier.Description,
            CheckedAt = total.TakenAt,
            Window = span,
            InWindow = counted,
            Total = total,
            Findings = [.. Findings(options, store, counted, span).OfType<CacheHealthFinding>()],
        };
        Tell(report);
        return report;
    }

    private CacheHealthFinding?[] Findings(CacheHealthOptions options, TierCheck store, CacheStatisticsSnapshot counted, TimeSpan span) =>
    [
        store.Problem is { } problem ? new(CacheHealthRule.StoreReachable, store.IsAway ? HealthStatus.Unhealthy : HealthStatus.Degraded, problem.TrimEnd('.')) : null,
        counted.LocalCopies == LocalCopies.Suspect
            ? Degraded(CacheHealthRule.CopiesTrusted, $"the copies in memory are not used, because there is no proof that changes elsewhere are heard of")
            : null,
        PendingFinding(counted.PendingInvalidations),
        counted.TierErrors > options.MaxStoreErrors
            ? Degraded(CacheHealthRule.StoreErrors, $"the store failed {counted.TierErrors:N0} times in {Text(span)}; the limit is {options.MaxStoreErrors:N0}")
            : null,
        counted.Reads >= options.MinReads && counted.HitRatio is { } hits && hits < options.MinHitRatio
            ? Degraded(CacheHealthRule.HitRatio, $"{hits} of {counted.Reads:N0} reads in {Text(span)} were hits; the limit is {options.MinHitRatio}")
            : null,
        FailureFinding(options, counted, span),
        LagFinding(options),
    ];

    private CacheHealthFinding? PendingFinding(long pending)
    {
        var before = Interlocked.Exchange(ref _pendingBefore, pending);
        return pending == 0 ? null : Degraded(
            CacheHealthRule.PendingInvalidations,
            $"{pending:N0} writes and removals wait for the store{(pending > before ? $", and their number grows (from {before:N0} at the check before)" : "")}");
    }

    private static CacheHealthFinding? FailureFinding(CacheHealthOptions options, CacheStatisticsSnapshot counted, TimeSpan span)
    {
        // A load that failed may have begun before the span.
        var failed = counted.LoadFailures + counted.LoadTimeouts;
        return counted.Loads >= options.MinLoads && Ratio.Of(Math.Min(failed, counted.Loads), counted.Loads) is { } ratio && ratio > options.MaxLoadFailureRatio
            ? Degraded(CacheHealthRule.LoadFailures, $"{ratio} of {counted.Loads:N0} loads in {Text(span)} failed; the limit is {options.MaxLoadFailureRatio}")
            : null;
    }

    private CacheHealthFinding? LagFinding(CacheHealthOptions options)
    {
        var lag = WriteMetrics.LongestLag(core.Diagnostics);
        return lag > options.MaxWriteBehindLag
            ? Degraded(CacheHealthRule.WriteBehindLag, $"accepted writes have waited for their source for {Text(lag)}; the limit is {Text(options.MaxWriteBehindLag.Value)}")
            : null;
    }

    private static CacheHealthFinding Degraded(CacheHealthRule rule, FormattableString reason) =>
        new(rule, HealthStatus.Degraded, reason.ToString(CultureInfo.InvariantCulture));

    private static string Text(TimeSpan span) => span < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min");

    /// <summary>Logs what is wrong when that is something else than before.</summary>
    private void Tell(CacheHealthReport report)
    {
        var rules = string.Join(',', report.Findings.Select(finding => $"{finding.Rule} {finding.Status}"));
        lock (_gate)
        {
            if (rules == _told)
            {
                return;
            }

            _told = rules;
        }

        if (report.Findings.Count == 0)
        {
            Log.HealthRestored(core.Diagnostics.Logger, core.Diagnostics.Name);
        }
        else
        {
            Log.HealthLost(core.Diagnostics.Logger, report.ToString());
        }
    }
}
