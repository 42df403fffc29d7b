using Larder.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Larder.Testing;

namespace Larder.Redis.Tests.Tier;

/// <summary>What could not be delivered is kept until it is, also when it comes while the same is being delivered.</summary>
public sealed class PendingInvalidationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_comes_while_the_same_is_delivered_is_not_taken_for_delivered(bool isTag)
    {
        var delivered = new TaskCompletionSource();
        using var pending = new PendingInvalidations(
            (_, _) => delivered.Task,
            (_, _, _) => delivered.Task,
            (_, _, _) => delivered.Task,
            new CacheDiagnostics("test", loggerFactory: null),
            new FakeTimeProvider());
        Add();
        var delivery = isTag ? Settle() : pending.SettleAsync("what", CancellationToken.None).AsTask();

        Add();
        delivered.SetResult();
        await delivery;

        Assert.True(isTag ? pending.HasTag("what") : pending.HasKey("what"));
        await (isTag ? Settle() : pending.SettleAsync("what", CancellationToken.None).AsTask());
        Assert.Equal(0, pending.Count);

        void Add() => Assert.True(isTag ? pending.TryAddTag("what", isLazy: false) : pending.TryAddKey("what"));

        async Task Settle() => await pending.SettleTagsAsync(["what"], CancellationToken.None);
    }

    [Fact]
    public async Task What_cannot_be_delivered_does_not_hold_up_the_rest()
    {
        var clock = new FakeTimeProvider();
        var isHealed = false;
        using var pending = new PendingInvalidations(
            (key, _) => DeliverAsync(key),
            (tag, _, _) => DeliverAsync(tag),
            (_, _, _) => DeliverAsync("bad"),
            new CacheDiagnostics("test", loggerFactory: null),
            clock);
        Assert.True(pending.TryAddTag("bad", isLazy: false));
        Assert.True(pending.TryAddTag("tag", isLazy: false));
        Assert.True(pending.TryAddFilter(default));
        Assert.True(pending.TryAddKey("bad"));
        Assert.True(pending.TryAddKey("key"));

        await Deadline.TrueAsync(() => Advanced() && pending.Count == 3);
        Assert.True(pending.HasTag("bad"));

        Volatile.Write(ref isHealed, true);
        await Deadline.TrueAsync(() => Advanced() && pending.IsEmpty);

        bool Advanced()
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return true;
        }

        Task DeliverAsync(string what) => what == "bad" && !Volatile.Read(ref isHealed) ? Task.FromException(new IOException("no")) : Task.CompletedTask;
    }

    /// <summary>The delivery begins while more comes: it may not end on that.</summary>
    [Fact]
    public async Task What_comes_while_a_delivery_begins_is_delivered()
    {
        const int Writers = 2;
        var clock = new FakeTimeProvider();
        using var pending = new PendingInvalidations(
            (_, _) => Task.CompletedTask,
            (_, _, _) => Task.CompletedTask,
            (_, _, _) => Task.CompletedTask,
            new CacheDiagnostics("test", loggerFactory: null),
            clock);
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 30_000; i++)
            {
                _ = pending.TryAddKey($"{writer}:{i}");
            }
        })));

        await Deadline.TrueAsync(() => Advanced() && writing.IsCompletedSuccessfully && pending.IsEmpty);

        bool Advanced()
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return true;
        }
    }
}
