using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Locking;

/// <summary>Locks that count only once replicas know of them.</summary>
[Trait("Category", "Slow")]
public sealed class ReplicaTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private RedisServer _primary = null!;
    private RedisServer _replica = null!;

    public async ValueTask InitializeAsync()
    {
        _primary = await RedisServer.StartAsync();
        _replica = await RedisServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _primary.DisposeAsync();
    }

    [Fact]
    public async Task A_lock_that_replicas_know_is_held_and_renewed()
    {
        await FollowAsync();
        await using var cache = await ConnectAsync();

        await using var held = await cache.TryAcquireLockAsync("job", Lease);

        Assert.NotNull(held);
        Assert.NotNull(await _replica.CommandAsync("ZSCORE", "default!lock:job", "token"));
        Assert.Null(await cache.TryAcquireLockAsync("job", Lease));
        await Task.Delay(Lease * 1.5);
        held.ThrowIfLost();
    }

    [Fact]
    public async Task Without_a_replica_no_lock_is_given_and_none_stays_behind()
    {
        await using var cache = await ConnectAsync();

        var refusal = await Assert.ThrowsAsync<CacheServerException>(() => cache.TryAcquireLockAsync("job", TimeSpan.FromMinutes(5)).AsTask());

        Assert.Equal("NOREPLICAS", refusal.Code);
        await Deadline.TrueAsync(async () => (long)(await _primary.CommandAsync("ZCARD", "default!lock:job"))! == 1);
    }

    [Fact]
    public async Task A_holder_whose_replica_is_lost_loses_the_lock_at_the_end_of_its_lease()
    {
        await FollowAsync();
        await using var cache = await ConnectAsync();
        await using var held = await cache.TryAcquireLockAsync("job", Lease);

        await _replica.KillAsync();

        await Deadline.TrueAsync(() => held!.Lost.IsCancellationRequested);
        Assert.Throws<CacheLockLostException>(held!.ThrowIfLost);
    }

    private async Task FollowAsync()
    {
        await _replica.CommandAsync("REPLICAOF", "127.0.0.1", $"{_primary.Port}");
        await Deadline.TrueAsync(async () => await _replica.InfoAsync("master_link_status") == "up");
        using var connection = await _primary.ConnectAsync();
        await Deadline.TrueAsync(async () =>
        {
            await connection.CommandAsync("SET", "written", "1");
            return (long)(await connection.CommandAsync("WAIT", "1", "100"))! == 1;
        });
    }

    private ValueTask<ICache> ConnectAsync() => Cache.ConnectAsync($"redis://{_primary.EndPoint}?lockReplicas=1&commandTimeout=4s");
}
