using Larder.Testing;
using Larder.Tests.Conformance;

namespace Larder.Tests.Loading;

/// <summary>
/// Random operations from many threads in front of a source whose values carry a version: no reader that began after an invalidation returned
/// sees an older version, whichever way it reads and whichever way was invalidated.
/// </summary>
[Trait("Category", "Slow")]
public sealed class StressTests : LoadingTest
{
    [Theory]
    [Ledger(35)]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 12)]
    public async Task No_reader_sees_what_was_invalidated_before_it_began(int seed, int keys) =>
        await RunAsync(Create(options => options.LoadTimeout = TimeSpan.FromDays(1)), Clock, seed, keys, operations: 4_000);

    [Fact]
    public async Task No_reader_sees_what_was_invalidated_before_it_began_in_a_cache_that_evicts_and_sweeps() => await RunAsync(
        Create(options =>
        {
            options.LoadTimeout = TimeSpan.FromDays(1);
            options.Memory.MaxEntries = 3;
            options.Memory.SweepInterval = TimeSpan.FromMilliseconds(100);
        }),
        Clock,
        seed: 4,
        keys: 6,
        operations: 4_000);

    [Fact]
    public async Task No_reader_sees_what_was_invalidated_before_it_began_where_places_are_few() => await RunAsync(
        Create(options =>
        {
            options.LoadTimeout = TimeSpan.FromDays(1);
            options.MaxConcurrentLoads = 2;
            options.MaxConcurrentRefreshes = 1;
        }),
        Clock,
        seed: 5,
        keys: 4,
        operations: 4_000);

    [Fact]
    public async Task No_reader_sees_what_was_invalidated_before_it_began_over_a_tier_of_bytes()
    {
        var clock = new FakeTimeProvider();
        var tier = new BytesTier(clock) { BeforeCommit = static async _ => await Task.Yield() };
        await using var cache = Larder.Cache.Over(tier, options =>
        {
            options.TimeProvider = clock;
            options.LoadTimeout = TimeSpan.FromDays(1);
        });

        await RunAsync(cache, clock, seed: 6, keys: 4, operations: 1_000);
    }

    private static async Task RunAsync(ICache cache, FakeTimeProvider clock, int seed, int keys, int operations)
    {
        var source = new VersionedSource(keys);
        var workers = Enumerable.Range(0, 6).Select(worker => Task.Run(() => new VersionTraffic(cache, source, clock, (seed * 1_000) + worker).RunAsync(operations)));

        await Task.WhenAll(workers).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(0, source.Wrong);
        Assert.True(source.Checks > operations, $"Only {source.Checks} reads were checked.");
        var statistics = cache.Statistics.Snapshot();
        Assert.True(statistics.Hits > 0 && statistics.Loads > 0 && statistics.DiscardedLoads > 0, $"The traffic is too tame: {statistics}.");
        Assert.Equal(0, statistics.TierErrors);

        // Nothing stale is left at rest.
        for (var key = 0; key < keys; key++)
        {
            var found = await cache.PeekAsync<long>(VersionedSource.NameOf(key));
            Assert.True(!found.HasValue || found.Value >= source.Floor(key));
        }
    }
}
