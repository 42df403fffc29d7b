using Larder.Inspection;
using Larder.Testing;
using Larder.Tests.Invalidation;
using Larder.Tests.Loading;
using Larder.Views;

namespace Larder.Tests.Inspection;

/// <summary>Reports of processes over a store that throws what it likes.</summary>
public sealed class NodeReporterTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly HookedStore _store;
    private readonly ICache _cache;

    public NodeReporterTests()
    {
        _store = new HookedStore(_clock);
        _cache = Cache.Over(_store, options => options.TimeProvider = _clock);
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task Reports_go_on_after_the_store_failed()
    {
        var failures = 0;
        _store.BeforeCommit = _ =>
        {
            Interlocked.Increment(ref failures);
            throw new IOException("no");
        };
        var core = ((CacheView)_cache).Core;
        var reporter = new NodeReporter(core, "shop", "staging");
        reporter.Start();
        await Soon.TrueAsync(() => Volatile.Read(ref failures) > 0);

        _store.Heal();
        await Soon.TrueAsync(() =>
        {
            _clock.Advance(NodeReporter.Interval);
            return _store.Keys.Count > 0;
        });

        Assert.Equal("shop", Assert.Single(await new NodeReports(core.Tier).ReadAsync(default)).Application);
        await reporter.DisposeAsync();
    }

    [Fact]
    public async Task A_reporter_ends_also_when_the_store_fails()
    {
        _store.FailFor("");
        var reporter = new NodeReporter(((CacheView)_cache).Core, "shop", "staging");
        reporter.Start();

        await Soon.EndsAsync(reporter.DisposeAsync().AsTask());

        _store.Heal();
    }
}
