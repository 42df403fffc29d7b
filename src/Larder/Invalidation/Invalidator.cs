using Larder.Diagnostics;
using Larder.Keys;
using Larder.Tiers;

namespace Larder.Invalidation;

/// <summary>Carries out invalidations of groups: at once, lazily, or when they are due.</summary>
internal sealed class Invalidator : IAsyncDisposable
{
    /// <summary>How many delayed invalidations may be open; beyond it the oldest is done at once.</summary>
    private const int MaxDelayed = 10_000;

    /// <summary>How many keys are removed at once, so that a tier beyond the network gets them together.</summary>
    private const int MaxAtOnce = 1000;

    /// <summary>How often is looked for what other processes have left behind.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(30);

    private readonly CacheTier _tier;
    private readonly CacheClock _clock;
    private readonly CacheDiagnostics _diagnostics;
    private readonly InvalidationRecord? _record;
    private readonly ITimer? _look;
    private readonly Lock _gate = new();
    private readonly Dictionary<DelayedInvalidation, ITimer> _delayed = [];

    /// <summary>Makes an invalidator.</summary>
    /// <param name="tier">Where entries are.</param>
    /// <param name="clock">The time.</param>
    /// <param name="diagnostics">Where is counted and logged.</param>
    /// <param name="persists">Whether what is open at the end is left to other processes.</param>
    public Invalidator(CacheTier tier, CacheClock clock, CacheDiagnostics diagnostics, bool persists)
    {
        (_tier, _clock, _diagnostics) = (tier, clock, diagnostics);
        if (persists && tier.OutlivesProcess)
        {
            _record = new InvalidationRecord(tier.Records, clock.Provider);
            using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _look = clock.Provider.CreateTimer(static state => _ = ((Invalidator)state!).TakeOverAsync(), this, TimeSpan.Zero, LookInterval);
        }
    }

    private long UtcNowMs => _clock.Provider.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask InvalidateAsync(InvalidationPlan plan, InvalidationMode mode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (mode.Delay == TimeSpan.Zero)
        {
            return RunAsync(plan, mode.IsLazy ? Way.Lazy : Way.Counted, cancellationToken);
        }

        mode.Cancellation.ThrowIfCancellationRequested();
        var delayed = new DelayedInvalidation(plan, UtcNowMs + (long)mode.Delay.TotalMilliseconds, storedId: null);
        Delay(delayed, mode.Delay);
        delayed.Cancellation = mode.Cancellation.UnsafeRegister(state => Cancel((DelayedInvalidation)state!), delayed);
        return default;
    }

    /// <summary>Invalidates for one to whom it does not matter what of it lived.</summary>
    public ValueTask DropAsync(InvalidationPlan plan, CancellationToken cancellationToken) => RunAsync(plan, Way.Drop, cancellationToken);

    /// <summary>Takes note of what the tier has dropped in one step.</summary>
    public void Dropped(InvalidationPlan plan, long removed)
    {
        _diagnostics.Counters.Add(Counter.Removes, removed);
        foreach (var tag in plan.Tags)
        {
            _diagnostics.Events.OnInvalidated(InvalidationTarget.Tag, tag);
        }

        foreach (var key in plan.Keys)
        {
            _diagnostics.Events.OnInvalidated(InvalidationTarget.Key, key);
        }
    }

    /// <summary>Carries out what is still planned, or leaves it to other processes, and waits for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_look is not null)
        {
            await _look.DisposeAsync().ConfigureAwait(false);
        }

        DelayedInvalidation[] open;
        lock (_gate)
        {
            open = [.. _delayed.Keys];
        }

        if (_record is not null && await IsKeptAsync(open).ConfigureAwait(false))
        {
            foreach (var delayed in open.Where(static delayed => delayed.TryStart()))
            {
                Forget(delayed);
            }
        }

        foreach (var delayed in open)
        {
            await RunDelayedAsync(delayed).ConfigureAwait(false);
        }
    }

    private void Delay(DelayedInvalidation delayed, TimeSpan delay)
    {
        DelayedInvalidation? tooMany = null;
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        lock (_gate)
        {
            if (_delayed.Count >= MaxDelayed)
            {
                tooMany = _delayed.Keys.First();
            }

            _delayed[delayed] = _clock.Provider.CreateTimer(
                state => _ = RunDelayedAsync((DelayedInvalidation)state!), delayed, delay, Timeout.InfiniteTimeSpan);
        }

        if (tooMany is not null)
        {
            _ = RunDelayedAsync(tooMany);
        }
    }

    private void Cancel(DelayedInvalidation delayed)
    {
        if (delayed.TryStart())
        {
            Forget(delayed);
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
            await RunAsync(delayed.Plan, Way.Counted, CancellationToken.None).ConfigureAwait(false);
            if (delayed.StoredId is { } id)
            {
                await _record!.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        Forget(delayed);
    }

    private void Forget(DelayedInvalidation delayed)
    {
        lock (_gate)
        {
            if (_delayed.Remove(delayed, out var timer))
            {
                timer.Dispose();
            }
        }

        delayed.End();
    }

    private void Fail(Exception exception)
    {
        _diagnostics.Counters.Increment(Counter.TierErrors);
        Log.DelayedInvalidationFailed(_diagnostics.Logger, _diagnostics.Name, exception);
    }

    /// <summary>Plans here too what other processes have left behind. Whoever is first to carry it out takes it out of the record; that several do does no harm.</summary>
    private async Task TakeOverAsync()
    {
        try
        {
            var stored = await _record!.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            foreach (var one in stored)
            {
                bool isKnown;
                lock (_gate)
                {
                    isKnown = _delayed.Keys.Any(delayed => delayed.StoredId == one.Id);
                }

                if (!isKnown)
                {
                    Delay(new DelayedInvalidation(one.Plan, one.DueAtMs, one.Id), TimeSpan.FromMilliseconds(Math.Max(1, one.DueAtMs - UtcNowMs)));
                }
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>Leaves what is planned to other processes.</summary>
    /// <returns>Whether that was possible.</returns>
    private async ValueTask<bool> IsKeptAsync(DelayedInvalidation[] open)
    {
        try
        {
            await _record!.AddAsync(
                [.. open.Where(delayed => delayed.StoredId is null).Select(delayed => new StoredInvalidation(Guid.NewGuid().ToString("N"), delayed.DueAtMs, delayed.Plan))],
                CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            Fail(exception);
            return false;
        }
    }

    private async ValueTask RunAsync(InvalidationPlan plan, Way way, CancellationToken cancellationToken)
    {
        List<Exception>? failures = null;
        var steps = plan.Tags.Select(static tag => (Target: InvalidationTarget.Tag, What: tag)).Concat(plan.Keys.Select(static key => (Target: InvalidationTarget.Key, What: key)));
        foreach (var some in steps.Chunk(MaxAtOnce))
        {
            // At once, so that a few keys and tags of a shared store cost one round trip.
            var begun = Array.ConvertAll(some, step => step.Target == InvalidationTarget.Tag
                ? InvalidateTagAsync(step.What, way, cancellationToken)
                : InvalidateAsync(step.What, way, cancellationToken));
            for (var i = 0; i < some.Length; i++)
            {
                await TryAsync(begun[i], some[i].Target, some[i].What).ConfigureAwait(false);
            }
        }

        foreach (var filter in plan.Filters)
        {
            await TryAsync(InvalidateAsync(filter, way, cancellationToken), InvalidationTarget.Pattern, filter.Prefix + filter.Pattern.Text).ConfigureAwait(false);
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
                _diagnostics.Events.OnInvalidated(target, what, way == Way.Lazy);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                (failures ??= []).Add(exception);
            }
        }
    }

    private async ValueTask InvalidateTagAsync(string tag, Way way, CancellationToken cancellationToken) =>
        await _tier.InvalidateTagAsync(tag, way == Way.Lazy, cancellationToken).ConfigureAwait(false);

    private async ValueTask InvalidateAsync(string key, Way way, CancellationToken cancellationToken)
    {
        if (way == Way.Lazy)
        {
            await _tier.MarkStaleAsync(key, cancellationToken).ConfigureAwait(false);
        }
        else if (await (way == Way.Drop ? _tier.DropAsync(key, cancellationToken) : _tier.RemoveAsync(key, WriteCondition.None, cancellationToken)).ConfigureAwait(false))
        {
            _diagnostics.Counters.Increment(Counter.Removes);
        }
    }

    private async ValueTask InvalidateAsync(KeyFilter filter, Way way, CancellationToken cancellationToken)
    {
        if (way == Way.Lazy)
        {
            await _tier.MarkAllStaleAsync(filter, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            _diagnostics.Counters.Add(Counter.Removes, await _tier.RemoveAllAsync(filter, progress: null, cancellationToken).ConfigureAwait(false));
        }
    }

    private enum Way
    {
        /// <summary>What lived is removed and counted.</summary>
        Counted,

        /// <summary>What is there is removed, and counted as if it lived.</summary>
        Drop,

        /// <summary>What lives is marked stale.</summary>
        Lazy,
    }
}
