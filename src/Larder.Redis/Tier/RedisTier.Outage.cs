using Larder.Memory;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>
/// What happens while the server is away, or refuses writes: what has a result that callers rely on throws; a value that could not be stored, and a removal that
/// could not be done, become removals that are delivered later, unless the cache is strict.
/// </summary>
internal sealed partial class RedisTier
{
    /// <summary>Tells whether an error is one of the server's condition and not of the command.</summary>
    private static bool IsOutage(CacheException exception) =>
        exception is CacheConnectionException or CacheTimeoutException
        || (exception is CacheServerException { Code: var code } && (code is "OOM" or "READONLY" or "NOPERM" or "LOADING" or "BUSY" or "MISCONF" or "MASTERDOWN" or "CLUSTERDOWN" or "TRYAGAIN" or "NOREPLICAS" || IsPermission(exception)));

    /// <summary>Tells whether a script was not allowed one of its commands, which Redis 7.0 has no code for.</summary>
    private static bool IsPermission(CacheException exception) => exception.Message.StartsWith("ERR The user executing the script can't", StringComparison.Ordinal);

    /// <summary>
    /// Finds what may be served while the server cannot be asked: what was loaded since it cannot, or a copy that may have become old, which get-or-create serves when the
    /// source cannot be asked either.
    /// </summary>
    private bool TryStandIn<T>(string key, out CacheResult<T> result)
    {
        result = default;
        if (_standIns?.TryGet(key, out var hit) == true && Typed.Result<T>(hit) is { HasValue: true } found)
        {
            result = found;
            return true;
        }

        if (_local is not null && _local.Engine.TryGet(key, ReadIntent.Peek, out var reserve) && Typed.Result<T>(reserve) is { IsReserve: true } old)
        {
            result = new CacheResult<T>(old.RawValue, 0, old.RawVersion, ResultFlags.Reserve | ResultFlags.Stale | ResultFlags.Unavailable);
            return true;
        }

        return false;
    }

    /// <summary>Gets whether a change that cannot be made now throws, in place of being made later.</summary>
    private bool Refuses => _settings.IsStrict || _strict is not null;

    /// <summary>Tells why strict coherence is not possible here.</summary>
    public CacheException? StrictRefusal() =>
        _client.Topology.IsCluster
            ? new CacheException($"{Description} is a cluster, where a failover of one server is not noticed by all: Redis.Coherence must be Default there.")
        : _client.Topology.Find(_prefixBytes, CommandKind.Read)?.Reads is { IsReady: true, Server.IsTracked: false }
            ? new CacheException($"{Description} does not tell of changes (CLIENT TRACKING was refused, or it speaks no RESP3): Redis.Coherence must be Default there.")
        : null;

    /// <summary>While what is in Redis is not read, this process reads what it has written all the same.</summary>
    private void StandInWhileSettling<T>(string key, T value, in EntryWrite write, long tagClock)
    {
        if (IsSettling)
        {
            StandIn(key, value, write, tagClock);
        }
    }

    /// <summary>
    /// Keeps a value that was set here, to stand in for what the server is to have. A tag of it that was invalidated since the set began makes it invalid, as it would there;
    /// which tags were is not known, so any counts.
    /// </summary>
    private void StandIn<T>(string key, T value, in EntryWrite write, long tagClock)
    {
        if (_standIns is null || (write.Tags is not null && TagClock != tagClock))
        {
            return;
        }

        _standIns.Keep(key, Kept(value), write);
        if (write.Tags is not null && TagClock != tagClock)
        {
            // Invalidated meanwhile, perhaps before there was a stand-in to be invalidated.
            _standIns.Remove(key);
        }
    }

    /// <summary>Waits until what is in Redis may be read, before an operation that must know what is there.</summary>
    private async ValueTask UntilSettledAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _settledAtMs) - CoarseTime.ExactMs is > 0 and var left)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(left), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Defer(string operation, string key, Reply reply)
    {
        if (!reply.IsError)
        {
            return;
        }

        var failure = reply.Failure ?? new CacheServerException(reply.ToString());
        if (failure is CacheException exception && IsOutage(exception))
        {
            Defer(operation, key, exception);
        }
        else
        {
            reply.ThrowIfError();
        }
    }

    private void Defer(string operation, string key, CacheException exception) => Spare(operation, key, exception, Refuses || !_pending.TryAddKey(key));

    /// <summary>Has a value that could not be sent to the server removed there later, and kept here for as long as what is loaded now is.</summary>
    private void DeferSet<T>(string key, T value, in EntryWrite write, long tagClock, CacheException exception)
    {
        try
        {
            Defer("set", key, exception);
        }
        finally
        {
            Changed(key, isDone: false);
        }

        StandIn(key, value, write, tagClock);
    }

    private void DeferTag(string tag, bool isLazy, CacheException exception) => Spare("remove by tag", tag, exception, Refuses || !_pending.TryAddTag(tag, isLazy));

    private void Spare(string operation, string key, CacheException exception, bool isRefused)
    {
        if (isRefused)
        {
            throw exception;
        }

        _settings.Diagnostics.TierFailed(operation, key, exception);
    }
}
