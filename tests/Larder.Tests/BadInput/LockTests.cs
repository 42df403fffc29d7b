namespace Larder.Tests.BadInput;

public sealed class LockTests : MemoryTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_lease_that_is_not_above_zero_is_refused(int seconds)
    {
        var lease = TimeSpan.FromSeconds(seconds);
        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>("lease", async () => await Cache.TryAcquireLockAsync("name", lease));
        Assert.Equal(lease, exception.ActualValue);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("lease", async () => await Cache.AcquireLockAsync("name", lease, CacheTtl.Short));
    }

    [Fact]
    [Ledger(135)]
    public async Task A_lease_of_more_than_a_day_is_refused_with_the_reason()
    {
        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>("lease", async () => await Cache.TryAcquireLockAsync("name", CacheTtl.Never));
        Assert.Contains("at most one day", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_wait_that_is_not_above_zero_is_refused(int seconds) => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        "wait", async () => await Cache.AcquireLockAsync("name", CacheTtl.Short, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task A_refused_lock_is_free()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.TryAcquireLockAsync("name", TimeSpan.Zero));
        await using var held = await Cache.TryAcquireLockAsync("name", CacheTtl.Short);
        Assert.NotNull(held);
    }
}
