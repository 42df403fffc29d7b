using Larder.Diagnostics;
using Larder.Keys;
using Larder.Tiers;

namespace Larder.Invalidation;

/// <summary>Carries out invalidations of groups: at once, lazily, or when they are due.</summary>
internal sealed class Invalidator(CacheTier tier, CacheClock clock, CacheDiagnostics diagnostics) : IAsyncDisposable
{
    /// <summary>How many delayed invalidations may be open; beyond it the oldest is done at once.</summary>
    private const int MaxDelayed = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<DelayedInvalidation, ITimer> _delayed = [];

    public ValueTask InvalidateAsync(InvalidationPlan plan, InvalidationMode mode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (mode.Delay == TimeSpan.Zero)
        {
            return RunAsync(plan, mode.IsLazy, cancellationToken);
        }

        Delay(plan, mode.Delay);
        return default;
    }

    /// <summary>Carries out what is still planned, and waits for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        DelayedInvalidation[] open;
        lock (_gate)
        {
            open = [.. _delayed.Keys];
        }

        foreach (var delayed in open)
        {
            await RunDelayedAsync(delayed).ConfigureAwait(false);
        }
    }

    private void Delay(InvalidationPlan plan, TimeSpan delay)
    {
        var delayed = new DelayedInvalidation(plan);
        DelayedInvalidation? tooMany = null;
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        lock (_gate)
        {
            if (_delayed.Count >= MaxDelayed)
            {
                tooMany = _delayed.Keys.First();
            }

            _delayed[delayed] = clock.Provider.CreateTimer(
                state => _ = RunDelayedAsync((DelayedInvalidation)state!), delayed, delay, Timeout.InfiniteTimeSpan);
        }

        if (tooMany is not null)
        {
            _ = RunDelayedAsync(tooMany);
        }
    }

    private async Task RunDelayedAsync(DelayedInvalidation delayed)
    {
        if (!delayed.TryStart())
        {
            await delayed.Done.ConfigureAwait(false);
            return;
        }

        try
        {
            await RunAsync(delayed.Plan, isLazy: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            diagnostics.Counters.Increment(Counter.TierErrors);
            Log.DelayedInvalidationFailed(diagnostics.Logger, diagnostics.Name, exception);
        }

        lock (_gate)
        {
            if (_delayed.Remove(delayed, out var timer))
            {
                timer.Dispose();
            }
        }

        delayed.End();
    }

    private async ValueTask RunAsync(InvalidationPlan plan, bool isLazy, CancellationToken cancellationToken)
    {
        List<Exception>? failures = null;
        foreach (var tag in plan.Tags)
        {
            await TryAsync(InvalidateTagAsync(tag, isLazy, cancellationToken), InvalidationTarget.Tag, tag).ConfigureAwait(false);
        }

        foreach (var filter in plan.Filters)
        {
            await TryAsync(InvalidateAsync(filter, isLazy, cancellationToken), InvalidationTarget.Pattern, filter.Prefix + filter.Pattern.Text).ConfigureAwait(false);
        }

        foreach (var key in plan.Keys)
        {
            await TryAsync(InvalidateAsync(key, isLazy, cancellationToken), InvalidationTarget.Key, key).ConfigureAwait(false);
        }

        if (failures is not null)
        {
            throw new AggregateException($"{failures.Count} of {plan.Tags.Length + plan.Filters.Length + plan.Keys.Length} invalidations failed; the others were done.", failures);
        }

        async ValueTask TryAsync(ValueTask invalidation, InvalidationTarget target, string what)
        {
            try
            {
                await invalidation.ConfigureAwait(false);
                diagnostics.Events.OnInvalidated(target, what, isLazy);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                (failures ??= []).Add(exception);
            }
        }
    }

    private async ValueTask InvalidateTagAsync(string tag, bool isLazy, CancellationToken cancellationToken) =>
        await tier.InvalidateTagAsync(tag, isLazy, cancellationToken).ConfigureAwait(false);

    private async ValueTask InvalidateAsync(string key, bool isLazy, CancellationToken cancellationToken)
    {
        if (isLazy)
        {
            await tier.MarkStaleAsync(key, cancellationToken).ConfigureAwait(false);
        }
        else if (await tier.RemoveAsync(key, WriteCondition.None, cancellationToken).ConfigureAwait(false))
        {
            diagnostics.Counters.Increment(Counter.Removes);
        }
    }

    private async ValueTask InvalidateAsync(KeyFilter filter, bool isLazy, CancellationToken cancellationToken)
    {
        if (isLazy)
        {
            await tier.MarkAllStaleAsync(filter, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            diagnostics.Counters.Add(Counter.Removes, await tier.RemoveAllAsync(filter, progress: null, cancellationToken).ConfigureAwait(false));
        }
    }
}
