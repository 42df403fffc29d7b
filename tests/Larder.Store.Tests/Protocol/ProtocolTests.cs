using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Protocol;

/// <summary>
/// The promises of the levels, tried on a real database and each kind of cache: no stale entry is left, and no read is older than a write that had returned. In 120 rounds each; in as many as
/// LARDER_STORE_ROUNDS says otherwise, such as 500.
/// </summary>
[Trait("Category", "Slow")]
public sealed class ProtocolTests(StoreServers servers, ITestOutputHelper output)
{
    [Theory]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Redis)]
    [InlineData(Backend.Layered)]
    [InlineData(Backend.Cluster)]
    public async Task AfterCommit_leaves_nothing_stale_and_no_read_is_older_than_an_acknowledged_write(Backend backend)
    {
        var figures = await RunAsync(new() { Backend = backend, Consistency = StoreConsistency.AfterCommit });

        Assert.Equal((0, 0L), (figures.StaleRounds, figures.OldReads));
        Assert.True(figures.Loads < figures.Reads, "nothing was cached");
    }

    [Theory]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Redis)]
    [InlineData(Backend.Layered)]
    [InlineData(Backend.Cluster)]
    public async Task Strict_leaves_nothing_stale_though_writers_die(Backend backend)
    {
        var figures = await RunAsync(new() { Backend = backend, Consistency = StoreConsistency.Strict, HasDeaths = true });

        Assert.Equal((0, 0L), (figures.StaleRounds, figures.OldReads));
        Assert.True(figures.Deaths > figures.Rounds / 5, "hardly a writer died");
    }

    [Theory]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Redis)]
    [InlineData(Backend.Layered)]
    public async Task A_cache_without_fences_goes_stale_in_the_same_run(Backend backend)
    {
        var figures = await RunAsync(new() { Backend = backend, Consistency = StoreConsistency.AfterCommit, IsUnfenced = true, Rounds = Math.Max(300, ProtocolOptions.DefaultRounds) });

        Assert.True(figures.StaleRounds > figures.Rounds * 0.05, $"only {figures.StaleRounds} of {figures.Rounds} rounds ended stale: the run does not try hard enough");
    }

    private async Task<ProtocolFigures> RunAsync(ProtocolOptions options)
    {
        var prefix = $"protocol-{Guid.NewGuid():N}";
        await using var cache = await servers.CacheAsync(options.Backend, prefix);
        await using var other = options.Backend == Backend.Memory ? null : await servers.CacheAsync(options.Backend, prefix, "two");
        var figures = await new ProtocolRun(options, await servers.DatabaseAsync(), cache, other ?? cache).RunAsync();
        output.WriteLine($"{options}\n{figures}");
        return figures;
    }
}
