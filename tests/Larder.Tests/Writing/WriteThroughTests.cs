using Larder.Tests.Conformance;
using Larder.Tests.Loading;

namespace Larder.Tests.Writing;

/// <summary>Write-through where something fails: the source, its patience, or the store of the cache.</summary>
public sealed class WriteThroughTests : IAsyncDisposable
{
    private static readonly IOException Failure = new("out of order");
    private readonly BytesHarness _harness = new();
    private readonly RecordingSource _source = new();
    private readonly ICache _store;

    public WriteThroughTests() => _store = _harness.CreateCache();

    public async ValueTask DisposeAsync()
    {
        _harness.Tier.ReadFailure = null;
        _harness.Tier.CommitFailure = null;
        await _harness.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_fails_does_not_fail_the_write()
    {
        var cache = _store.For(_source);
        await cache.SetAsync("key", 1);
        _harness.Tier.CommitFailure = Failure;

        await cache.SetAsync("key", 2);

        Assert.Equal(2, _source.Rows["key"]);
        Assert.True(_store.Statistics.Snapshot().TierErrors > 0);
    }

    [Fact]
    public async Task A_store_that_comes_back_has_lost_the_earlier_value()
    {
        var cache = _store.For(_source);
        await cache.SetAsync("key", 1);
        _harness.Tier.CommitFailure = Failure;
        await cache.SetAsync("key", 2);

        _harness.Tier.CommitFailure = null;
        var start = TimeProvider.System.GetTimestamp();
        while (await _store.ExistsAsync("key"))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Soon.Limit);
            _harness.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(2);
        }

        Assert.Equal(2, await cache.GetAsync("key"));
    }

    [Fact]
    public async Task A_source_that_takes_too_long_is_cancelled_and_the_message_says_what_may_be()
    {
        _source.Held = new TaskCompletionSource().Task;
        var cache = _store.For(_source, new SourceCacheOptions { SaveTimeout = TimeSpan.FromSeconds(2) });
        var writing = cache.SetAsync("key", 1).AsTask();
        await Soon.TrueAsync(() => _source.Calls.Length == 1);

        _harness.Clock.Advance(TimeSpan.FromSeconds(2));

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => writing);
        Assert.Contains("SaveTimeout", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("may have been made", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_may_have_as_long_as_it_likes()
    {
        var cache = _store.For(_source, new SourceCacheOptions { SaveTimeout = CacheTtl.Never });

        await cache.SetAsync("key", 1);

        Assert.Equal(1, _source.Rows["key"]);
    }

    [Fact]
    public async Task Writers_of_one_key_come_one_after_another()
    {
        var held = new TaskCompletionSource();
        _source.Held = held.Task;
        var cache = _store.For(_source);
        var writes = Enumerable.Range(0, 5).Select(i => cache.SetAsync("key", i).AsTask()).ToArray();
        var other = cache.SetAsync("other", 1).AsTask();
        await Soon.TrueAsync(() => _source.Calls.Length == 2);

        held.SetResult();
        await Task.WhenAll([.. writes, other]);

        Assert.Equal(6, _source.Calls.Length);
        Assert.Equal(_source.Rows["key"], await cache.GetAsync("key"));
    }

    [Fact]
    public async Task A_writer_can_give_up_while_it_waits_for_another()
    {
        _source.Held = new TaskCompletionSource().Task;
        var cache = _store.For(_source);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var writing = cache.SetAsync("key", 1, first.Token).AsTask();
        await Soon.TrueAsync(() => _source.Calls.Length == 1);
        var waiting = cache.SetAsync("key", 2, second.Token).AsTask();

        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await first.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        Assert.Single(_source.Calls);
    }
}
