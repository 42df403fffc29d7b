using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Tiers;

namespace Larder.Redis.Locking;

/// <summary>Locks in Redis: each is one sorted set, and each operation one script, judged by the clock of the server. See lock-acquire.lua.</summary>
internal sealed class RedisLocks(RedisClient client, string prefix, LockSettings settings) : LockStore
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix + "!");

    public override async ValueTask<LockGrant> TryAcquireAsync(LockRequest request, CancellationToken cancellationToken)
    {
        long result;
        using (var command = RedisClient.Script(RedisScript.AcquireLock, 1, 5).AddKey(_prefix, request.Key).AddHex(request.Owner))
        {
            command.Add(request.SharedLimit).Add(request.LeaseMs).Add(request.AnnounceMs).AddTime(settings.NowMs);
            using var reply = await client.ExecuteAsync(command, RedisScript.AcquireLock, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
            result = reply.Integer;
        }

        if (result > 0 && settings.Replicas > 0 && !await ConfirmAsync(request.Key, request.Owner, request.LeaseMs, cancellationToken).ConfigureAwait(false))
        {
            throw new CacheServerException($"NOREPLICAS The lock was not confirmed by {settings.Replicas} replicas (LockReplicas) in time, and was given back.");
        }

        return result > 0 ? new LockGrant(result, 0) : new LockGrant(0, -result);
    }

    public override async ValueTask<bool> RenewAsync(string key, UInt128 owner, long leaseMs, CancellationToken cancellationToken)
    {
        if (settings.Replicas > 0)
        {
            return await ConfirmAsync(key, owner, leaseMs, cancellationToken).ConfigureAwait(false);
        }

        using var command = Renewal(key, owner, leaseMs);
        using var reply = await client.ExecuteAsync(command, RedisScript.RenewLock, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        return reply.Integer == 1;
    }

    public override async ValueTask<bool> ReleaseAsync(string key, UInt128 owner)
    {
        try
        {
            using var command = RedisClient.Script(RedisScript.ReleaseLock, 1, 3).AddKey(_prefix, key).AddHex(owner);
            command.Add(client.Topology.IsCluster ? "SPUBLISH"u8 : "PUBLISH"u8).AddTime(settings.NowMs);
            using var reply = await client.ExecuteAsync(command, RedisScript.ReleaseLock, CommandKind.IdempotentWrite, CancellationToken.None).ConfigureAwait(false);
            return reply.Integer == 1;
        }
        finally
        {
            Signals.Raise(key);
        }
    }

    public override LockWatch Watch(string key) => new RedisLockWatch(client, Signals, key, prefix + "!" + key);

    private RedisCommand Renewal(string key, UInt128 owner, long leaseMs) =>
        RedisClient.Script(RedisScript.RenewLock, 1, 3).AddKey(_prefix, key).AddHex(owner).Add(leaseMs).AddTime(settings.NowMs);

    /// <summary>Renews a lock, and waits until replicas know of it, and of all that was written before.</summary>
    /// <exception cref="CacheException">The server could not be asked.</exception>
    private async ValueTask<bool> ConfirmAsync(string key, UInt128 owner, long leaseMs, CancellationToken cancellationToken)
    {
        using var renewal = Renewal(key, owner, leaseMs);
        using var whole = renewal.WithScriptText(RedisScript.RenewLock.Sha, RedisScript.RenewLock.Text);
        if (client.Topology.Find(whole.Key, CommandKind.Write) is not { } node)
        {
            return false;
        }

        // WAIT tells of what its own connection has written, and holds that connection up: so it is not the one of all others.
        using var wait = RedisCommand.Rent("WAIT"u8, 2).Add(settings.Replicas).Add((long)settings.ReplicaTimeout.TotalMilliseconds);
        whole.CancelBy(cancellationToken);
        wait.CancelBy(cancellationToken);
        node.SendAside(whole);
        node.SendAside(wait);
        using var renewed = await whole.Reply.ConfigureAwait(false);
        using var replicas = await wait.Reply.ConfigureAwait(false);
        renewed.ThrowIfError();
        replicas.ThrowIfError();
        return renewed.Integer == 1 && (replicas.Integer >= settings.Replicas ? true : throw new CacheServerException(
            $"NOREPLICAS {replicas.Integer} replicas of {node.Name} confirmed a lock within {settings.ReplicaTimeout.TotalMilliseconds:0} ms; LockReplicas is {settings.Replicas}."));
    }
}
