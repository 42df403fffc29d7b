using Larder.Redis.Tests.Servers;
using Larder.Testing;

namespace Larder.Store.Tests.Changes;

/// <summary>Who listens to changes: what is told, when, and what a bad listener costs others.</summary>
public sealed class ChangeFeedTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ICache _cache;
    private readonly ICachedStore<string, int> _store;
    private Exception? _failure;

    public ChangeFeedTests()
    {
        _cache = Cache.InMemory(options => options.TimeProvider = _clock);
        ValueTask Write() => _failure is { } failure ? throw failure : default;
        var source = CacheSource.Create<int, string>((id, _) => new($"{id}"), save: (_, _, _, _) => Write(), delete: (_, _, _) => Write());
        _store = _cache.Store("things", source, int.Parse);
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    [Ledger(160)]
    public async Task Every_kind_of_change_is_told_in_order_with_its_row_and_labels()
    {
        using var changes = _store.Changes.Listen();

        await _store.InsertAsync("1");
        await _store.UpdateAsync("1");
        await _store.DeleteAsync(1);
        await _store.WithLabels("nightly", "job").ExecuteAsync(_ => new ValueTask<int>(3));
        await _store.InvalidateAsync(1);
        await _store.InvalidateAllAsync();

        var told = await TakeAsync(changes);
        Assert.Equal(
            ["Create things 1 ", "Update things 1 ", "Delete things 1 ", "Table things  nightly,job"],
            told.Select(change => $"{change.Kind} {change.Store} {change.Id} {string.Join(',', change.Tags)}"));
        Assert.All(told, change => Assert.Equal(_clock.GetUtcNow(), change.At));
    }

    [Fact]
    public async Task A_write_that_fails_is_not_told()
    {
        using var changes = _store.Changes.Listen("things");
        _failure = new IOException("no");

        await Assert.ThrowsAsync<IOException>(() => _store.UpdateAsync("1").AsTask());

        Assert.Empty(await TakeAsync(changes));
    }

    [Fact]
    [Ledger(160)]
    public async Task A_handler_that_throws_or_takes_too_long_is_counted_and_gets_the_next_change()
    {
        var handled = new TaskCompletionSource<string?>();
        var entered = new TaskCompletionSource();
        using var throwing = _store.Changes.Handle((_, _) => throw new IOException("no"));
        using var hanging = _store.Changes.Handle(
            async (change, token) =>
            {
                if (change.Id == "1")
                {
                    entered.SetResult();
                    await new TaskCompletionSource().Task;
                }

                handled.SetResult(change.Id);
            },
            timeLimit: TimeSpan.FromSeconds(5));

        await _store.UpdateAsync("1");
        await entered.Task;
        await _store.UpdateAsync("2");
        Assert.False(handled.Task.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("2", await handled.Task);
        await Deadline.TrueAsync(() => _store.Changes.Statistics is { Handled: > 0, Failed: > 1, TimedOut: > 0 });

        Assert.Equal(new ChangeFeedStatistics { Listeners = 2, Published = 2, Handled = 1, Failed = 2, TimedOut = 1 }, _store.Changes.Statistics);
    }

    [Fact]
    public async Task A_handler_that_fails_as_its_time_ends_has_failed()
    {
        using var failing = _store.Changes.Handle(
            (_, _) =>
            {
                _clock.Advance(TimeSpan.FromSeconds(5));
                throw new IOException("no");
            },
            timeLimit: TimeSpan.FromSeconds(5));

        await _store.UpdateAsync("1");

        await Deadline.TrueAsync(() => _store.Changes.Statistics is not { Failed: 0, TimedOut: 0 });
        Assert.Equal((1L, 0L), (_store.Changes.Statistics.Failed, _store.Changes.Statistics.TimedOut));
    }

    [Fact]
    public async Task A_handler_may_have_as_long_as_it_likes()
    {
        var handled = new TaskCompletionSource<string?>();
        using var handling = _store.Changes.Handle(
            (change, _) =>
            {
                handled.SetResult(change.Id);
                return default;
            },
            timeLimit: CacheTtl.Never);

        await _store.UpdateAsync("1");

        Assert.Equal("1", await handled.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_listener_that_does_not_read_loses_the_oldest_and_holds_nobody_up()
    {
        using var changes = _store.Changes.Listen();
        for (var i = 0; i < 10_010; i++)
        {
            await _store.UpdateAsync($"{i}");
        }

        Assert.Equal(10, _store.Changes.Statistics.Dropped);
        Assert.Equal("10", (await TakeAsync(changes))[0].Id);
    }

    [Fact]
    public async Task Listening_ends_with_the_cache()
    {
        var changes = _store.Changes.Listen();

        await _cache.DisposeAsync();

        await foreach (var _ in changes.ReadAllAsync())
        {
            Assert.Fail("Nothing was changed.");
        }

        Assert.Equal(0, _store.Changes.Statistics.Listeners);
    }

    /// <summary>Reads what was told so far, and stops listening.</summary>
    private static async Task<List<EntityChange>> TakeAsync(ChangeListener changes)
    {
        changes.Dispose();
        var taken = new List<EntityChange>();
        await foreach (var change in changes.ReadAllAsync())
        {
            taken.Add(change);
        }

        return taken;
    }
}
