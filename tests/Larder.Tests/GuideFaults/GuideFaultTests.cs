using System.Diagnostics.Metrics;
using Larder.Testing;
using Larder.Tests.Hosting;
using Larder.Tests.Invalidation;
using Microsoft.Extensions.Hosting;

namespace Larder.Tests.GuideFaults;

/// <summary>
/// Faults of the guides to caching, listed in docs/reference/guides.md, that cannot occur in one process, each in a test whose name begins with its number; those of this
/// file: 17, 19, 20, 24, 36, 37, 41, 47 and 49, errors and numbers.
/// </summary>
public sealed partial class GuideFaultTests : IAsyncDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly ICache _cache;

    public GuideFaultTests() => _cache = Cache.InMemory(options => options.TimeProvider = _clock);

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    [LedgerFault(17)]
    public async Task Fault_17_failures_are_measured_and_told_from_successes()
    {
        var outcomes = new List<string?>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "larder.load.duration")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        await using var named = new Named("fault 17");
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var all = tags.ToArray();
            if (all.Any(tag => (string?)tag.Value == named.Cache.Name))
            {
                outcomes.Add((string?)all.Single(tag => tag.Key == "outcome").Value);
            }
        });
        listener.Start();

        await Assert.ThrowsAsync<FormatException>(() => named.Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException()).AsTask());
        await named.Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1));

        Assert.Equal(["failure", "success"], outcomes);
    }

    [Fact]
    [Ledger(177)]
    [LedgerFault(19)]
    public async Task Fault_19_the_hit_ratio_is_a_fraction_everywhere()
    {
        await _cache.SetAsync("key", 1);
        for (var i = 0; i < 65; i++)
        {
            await _cache.GetAsync<int>("key");
        }

        for (var i = 0; i < 35; i++)
        {
            await _cache.GetAsync<int>("absent");
        }

        Assert.Equal(new Ratio(0.65), _cache.Statistics.HitRatio);
        Assert.Equal("65.0 %", $"{_cache.Statistics.Snapshot().HitRatio}");
    }

    [Fact]
    [LedgerFault(20)]
    public void Fault_20_the_hit_ratio_without_reads_is_not_defined_rather_than_not_a_number()
    {
        Assert.Null(_cache.Statistics.HitRatio);
        Assert.Null(_cache.Statistics.Since(_cache.Statistics.Snapshot()).HitRatio);
    }

    [Fact]
    [LedgerFault(24)]
    public async Task Fault_24_a_tier_that_fails_does_not_break_the_callers_work()
    {
        var store = new HookedStore(_clock);
        await using var over = Cache.Over(store, options => options.TimeProvider = _clock);
        store.FailFor(":");

        Assert.Equal("row", await over.GetOrCreateAsync("user:1", _ => new ValueTask<string>("row")));
        Assert.False((await over.GetAsync<string>("user:1")).HasValue);
        Assert.Equal(2, (await over.GetOrCreateManyAsync<int>(["a", "b"], (keys, _) => new(keys.ToDictionary(key => key, _ => 1)))).Count);
        store.Heal();
    }

    [Fact]
    [LedgerFault(24)]
    public async Task Fault_24_a_row_that_was_read_is_returned_although_it_cannot_be_stored()
    {
        var store = new HookedStore(_clock);
        await using var over = Cache.Over(store, options => options.TimeProvider = _clock);

        var row = await over.GetOrCreateAsync("user:1", _ =>
        {
            store.FailFor(":");
            return new ValueTask<string>("row");
        });

        Assert.Equal("row", row);
        Assert.True(over.Statistics.Snapshot().TierErrors > 0);
        store.Heal();
    }

    [Fact]
    [Ledger(179)]
    [LedgerFault(36)]
    public async Task Fault_36_a_span_of_time_is_measured_by_difference_and_nothing_is_ever_reset()
    {
        await _cache.GetAsync<int>("absent");
        var before = _cache.Statistics.Snapshot();
        await _cache.SetAsync("key", 1);
        await _cache.GetAsync<int>("key");

        var since = _cache.Statistics.Since(before);

        Assert.Equal((1, 0, 1), (since.Hits, since.Misses, since.Sets));
        Assert.Equal(1, before.Misses);
        Assert.Equal(2, _cache.Statistics.Snapshot().Reads);
    }

    [Fact]
    [Ledger(169)]
    [LedgerFault(37)]
    public async Task Fault_37_errors_misses_and_sets_are_counted_each_for_itself()
    {
        var store = new HookedStore(_clock);
        await using var over = Cache.Over(store, options => options.TimeProvider = _clock);
        await over.SetAsync("key", 1);
        await over.GetAsync<string>("key");
        await over.GetAsync<int>("absent");
        store.FailFor(":key");
        await over.GetAsync<int>("key");
        await Assert.ThrowsAsync<IOException>(() => over.SetAsync("key", 2).AsTask());
        store.Heal();

        var snapshot = over.Statistics.Snapshot();

        Assert.Equal(1, snapshot.Sets);
        Assert.Equal(1, snapshot.TypeMismatches);
        Assert.Equal(1, snapshot.TierErrors);
        Assert.Equal(0, snapshot.LoadFailures);
        Assert.Equal(3, snapshot.Misses);
    }

    [Fact]
    [Ledger(46, 168)]
    [LedgerFault(41)]
    public async Task Fault_41_a_miss_is_told_in_one_way_for_all_types_and_null_is_no_miss()
    {
        await _cache.SetAsync("null", (string?)null);

        Assert.False((await _cache.GetAsync<int>("absent")).HasValue);
        Assert.False((await _cache.GetAsync<string>("absent")).HasValue);
        Assert.False((await _cache.GetAsync<byte[]>("absent")).HasValue);
        Assert.Throws<InvalidOperationException>(() => default(CacheResult<string>).Value);
        var stored = await _cache.GetAsync<string?>("null");
        Assert.True(stored.HasValue);
        Assert.Null(stored.Value);
    }

    [Fact]
    [Ledger(49)]
    [LedgerFault(47)]
    public async Task Fault_47_bytes_are_stored_as_bytes()
    {
        var store = new HookedStore(_clock);
        await using var over = Cache.Over(store, options => options.TimeProvider = _clock);
        var bytes = new byte[1024];
        Random.Shared.NextBytes(bytes);

        await over.SetAsync("key", bytes);

        Assert.InRange(store.BytesOf("default:key"), 1024, 1024 + 200);
        Assert.Equal(bytes, (await over.GetAsync<byte[]>("key")).Value);
    }

    [Fact]
    [LedgerFault(49)]
    public async Task Fault_49_a_setting_that_cannot_be_read_keeps_the_host_from_starting()
    {
        using var host = HostingSetup.Host(settings: [("Larder:TimeToLive", "an hour")]);

        var exception = await Assert.ThrowsAnyAsync<ArgumentException>(() => host.StartAsync());

        Assert.Contains("Larder:TimeToLive is 'an hour'", exception.Message, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 10_000 && !condition(); i++)
        {
            await Task.Delay(1);
        }

        Assert.True(condition());
    }

    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 2000 && !condition(); i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(25));
            await Task.Delay(1);
        }

        Assert.True(condition());
    }

    /// <summary>A cache with a name by which its measurements are found.</summary>
    private sealed class Named : IAsyncDisposable
    {
        private readonly Microsoft.Extensions.DependencyInjection.ServiceProvider _provider;

        public Named(string name)
        {
            _provider = HostingSetup.Provider(larder => larder.AddCache(name));
            Cache = (ICache)((Microsoft.Extensions.DependencyInjection.IKeyedServiceProvider)_provider).GetRequiredKeyedService(typeof(ICache), name);
        }

        public ICache Cache { get; }

        public ValueTask DisposeAsync() => _provider.DisposeAsync();
    }
}
