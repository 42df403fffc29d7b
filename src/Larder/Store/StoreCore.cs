using System.Collections.Concurrent;
using Larder.Diagnostics;
using Larder.Invalidation;
using Larder.Tiers;
using Larder.Views;
using Larder.Writing;

namespace Larder.Store;

/// <summary>What the stores of one cache share: how they read, how what they write is invalidated, who listens to changes.</summary>
internal sealed class StoreCore : IDisposable
{
    /// <summary>How many records are changed at once.</summary>
    private const int MaxAtOnce = 1000;

    private readonly CacheCore _core;
    private readonly LateRemovals _late;
    private readonly ConcurrentDictionary<string, StoreCounters> _counters = new(StringComparer.Ordinal);

    public StoreCore(CacheCore core)
    {
        _core = core;
        Intents = core.Tier.Intents ?? new RecordIntents(core.Tier.Records, core.Clock.Provider);
        Fences = new ReplicaFences(core.Tier.Records);
        Ambient = new AmbientTransaction(this);
        Feed = new ChangeFeed(core.Diagnostics, core.Clock.Provider);
        Reader = new StoreReader(new CacheView(core), this);
        _late = new LateRemovals(RemoveLateAsync, core.Clock.Provider);
        StoreMetrics.Add(this, core.Diagnostics, () => _counters.Select(store => KeyValuePair.Create(store.Key, store.Value.Snapshot())));
    }

    public CacheTier Tier => _core.Tier;

    public TimeProvider Time => _core.Clock.Provider;

    public CacheDiagnostics Diagnostics => _core.Diagnostics;

    /// <summary>Gets what tells the cache from others in a database that several share: the prefix of its keys.</summary>
    public string SharedName => Hosting.CacheFactory.StorePrefix(Diagnostics.Name, _core.Options);

    public IntentStore Intents { get; }

    public ReplicaFences Fences { get; }

    /// <summary>Gets what is written within a <see cref="System.Transactions.TransactionScope"/>.</summary>
    public AmbientTransaction Ambient { get; }

    /// <summary>Gets or sets how long an intent outlives its writer: longer than any command and its commit take.</summary>
    public TimeSpan IntentLife { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the outbox, if there is one.</summary>
    public StoreOutbox? Outbox { get; set; }

    /// <summary>Gets those who listen to changes.</summary>
    public ChangeFeed Feed { get; }

    /// <summary>Gets what reads rows and queries through the cache.</summary>
    public StoreReader Reader { get; }

    /// <summary>Gets what counts for the stores of a name.</summary>
    public StoreCounters CountersOf(string name) => _counters.GetOrAdd(name, static _ => new StoreCounters());

    /// <summary>Makes the change set of one database transaction.</summary>
    public ChangeSet NewChanges() => new(this);

    /// <summary>Invalidates now.</summary>
    /// <param name="plan">What.</param>
    /// <param name="isStrict">Whether it is not enough that it is done later.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CacheException">It must be done now, and was put off, because the store of the cache is away.</exception>
    public async ValueTask InvalidateAsync(InvalidationPlan plan, bool isStrict, CancellationToken cancellationToken)
    {
        try
        {
            var removed = plan.Filters.Length > 0 ? -1 : await Tier.TryDropAsync(plan.Keys, plan.Tags, cancellationToken).ConfigureAwait(false);
            if (removed >= 0)
            {
                _core.Invalidator.Dropped(plan, removed);
            }
            else
            {
                await _core.Invalidator.DropAsync(plan, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AggregateException exception)
        {
            throw new CacheException(exception.Message, exception);
        }

        if (isStrict && Tier.PendingInvalidations > 0)
        {
            throw new CacheException($"{Tier.PendingInvalidations} invalidations of the cache '{Diagnostics.Name}' wait for its store, which is away.");
        }
    }

    /// <summary>Invalidates once more after some time.</summary>
    public ValueTask InvalidateAgainAsync(InvalidationPlan plan, TimeSpan delay) => _core.Invalidator.InvalidateAsync(plan, InvalidationMode.Delayed(delay), CancellationToken.None);

    /// <summary>Tries an invalidation that failed again until it is done.</summary>
    public void InvalidateLater(InvalidationPlan plan)
    {
        foreach (var key in plan.Keys)
        {
            _late.Add("k" + key);
        }

        foreach (var tag in plan.Tags)
        {
            _late.Add("t" + tag);
        }
    }

    /// <summary>Does something with each, many at once, and waits for all even if some fail.</summary>
    public async ValueTask ForEachAsync(string[] items, Func<string, ValueTask> action)
    {
        foreach (var chunk in items.Chunk(MaxAtOnce))
        {
            await Task.WhenAll(chunk.Select(item => action(item).AsTask())).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        StoreMetrics.Remove(this);
        _late.Dispose();
        Feed.Close();
    }

    private async ValueTask RemoveLateAsync(string what)
    {
        if (what[0] == 'k')
        {
            await Tier.DropAsync(what[1..], CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await Tier.InvalidateTagAsync(what[1..], isLazy: false, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
