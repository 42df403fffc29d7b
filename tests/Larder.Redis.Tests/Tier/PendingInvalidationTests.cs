using Larder.Diagnostics;
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
}
