using Larder.Testing;

namespace Larder.Tests.Invalidation;

/// <summary>Delayed invalidations whose process ends before they are due.</summary>
public sealed class PersistedInvalidationTests : IAsyncDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly HookedStore _store;

    public PersistedInvalidationTests() => _store = new HookedStore(_clock);

    public ValueTask DisposeAsync()
    {
        _store.Heal();
        return default;
    }

    [Fact]
    [LedgerFault(35)]
    public async Task What_is_open_at_the_end_is_done_by_another_process_when_it_is_due()
    {
        await SeedAsync();
        await PlanAndEndAsync();
        await using var other = Connect();
        _clock.Advance(Hour / 2);
        Assert.Equal(4, await other.CountAsync());

        _clock.Advance(Hour);

        await OnlyStaysAsync(other);
        await PassesWithoutRecordAsync(other);
    }

    [Fact]
    public async Task What_was_due_while_no_process_ran_is_done_when_one_begins()
    {
        await SeedAsync();
        await PlanAndEndAsync();
        _clock.Advance(Hour * 2);

        await using var later = Connect();
        _clock.Advance(TimeSpan.FromSeconds(30));

        await OnlyStaysAsync(later);
    }

    [Fact]
    public async Task A_process_that_already_runs_takes_over_within_half_a_minute()
    {
        await using var running = Connect();
        await SeedAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await PlanAndEndAsync();

        _clock.Advance(Hour + TimeSpan.FromSeconds(30));

        await OnlyStaysAsync(running);
    }

    [Fact]
    public async Task A_process_that_took_over_and_ends_too_leaves_it_to_the_next()
    {
        await SeedAsync();
        await PlanAndEndAsync();
        await using (Connect())
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        await using var last = Connect();
        Assert.Equal(4, await last.CountAsync());
        _clock.Advance(Hour);

        await OnlyStaysAsync(last);
    }

    [Fact]
    public async Task What_cannot_be_kept_is_done_at_once()
    {
        await SeedAsync();
        var cache = Connect();
        await PlanAsync(cache);
        _store.FailFor("delayed invalidations");
        var before = cache.Statistics.Snapshot().TierErrors;

        await cache.DisposeAsync();

        Assert.Equal(1, cache.Statistics.Snapshot().TierErrors - before);
        _store.Heal();
        await using var other = Connect();
        await OnlyStaysAsync(other);
    }

    [Fact]
    public async Task Without_the_setting_it_is_done_at_once()
    {
        await SeedAsync();

        await PlanAndEndAsync(persists: false);

        await using var other = Connect(persists: false);
        await OnlyStaysAsync(other);
    }

    [Fact]
    public async Task In_memory_it_is_done_at_once()
    {
        var cache = Cache.InMemory(options => (options.TimeProvider, options.PersistDelayedInvalidations) = (_clock, true));
        var done = 0;
        cache.Events.Invalidated += _ => done++;
        await cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(Hour));

        await cache.DisposeAsync();

        Assert.Equal(1, done);
    }

    private async Task PlanAndEndAsync(bool persists = true)
    {
        await using var cache = Connect(persists);
        await PlanAsync(cache);
    }

    private static ValueTask PlanAsync(ICache cache) =>
        cache.InvalidateAsync(new InvalidationGroup().AddKeys("key").AddPatterns("user:[0-9]").AddTags("tag"), InvalidationMode.Delayed(Hour));

    private async Task SeedAsync()
    {
        await using var cache = Connect(persists: false);
        await cache.SetAsync("key", 1);
        await cache.SetAsync("user:1", 1);
        await cache.SetAsync("tagged", 1, new CacheEntryOptions { TimeToLive = CacheTtl.Never, Tags = ["tag"] });
        await cache.SetAsync("stays", 1);
    }

    /// <summary>Shows that what was done is not done again.</summary>
    private async Task PassesWithoutRecordAsync(ICache cache)
    {
        await UntilAsync(() => new(!_store.Keys.Any(key => key.Contains("delayed", StringComparison.Ordinal))));

        // A look that had read the record just before may have planned it for now.
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await cache.SetAsync("key", 2);
        _clock.Advance(Hour);
        Assert.True(await cache.ExistsAsync("key"));
    }

    /// <summary>Waits for the invalidation, which is carried out on other threads.</summary>
    private static Task OnlyStaysAsync(ICache cache) => UntilAsync(async () => await cache.KeysAsync().ToArrayAsync() is ["stays"]);

    private static async Task UntilAsync(Func<ValueTask<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "The invalidation did not take place.");
            await Task.Delay(1);
        }
    }

    private ICache Connect(bool persists = true) => Cache.Over(_store, options =>
    {
        options.TimeProvider = _clock;
        options.TimeToLive = CacheTtl.Never;
        options.PersistDelayedInvalidations = persists;
    });
}
