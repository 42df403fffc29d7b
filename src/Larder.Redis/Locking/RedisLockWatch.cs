using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Tiers;

namespace Larder.Redis.Locking;

/// <summary>Watches a lock over a channel of the server that holds it, whichever that is at the moment.</summary>
internal sealed class RedisLockWatch(RedisClient client, LockSignals signals, string key, string channel) : LockWatch(signals, key)
{
    private readonly byte[] _channel = Encoding.UTF8.GetBytes(channel);
    private RedisNode? _node;
    private Subscription? _subscription;

    public override async ValueTask<bool> ArmAsync(CancellationToken cancellationToken)
    {
        var node = client.Topology.Find(_channel, CommandKind.Write);
        if (node != _node)
        {
            _subscription?.Dispose();
            _node = node;
            _subscription = node?.Subscriptions.Add(channel, client.Topology.IsCluster, () => Signals.Raise(Key));
        }

        var isTold = _subscription is not null && await _subscription.IsReadyAsync(cancellationToken).ConfigureAwait(false);
        await base.ArmAsync(cancellationToken).ConfigureAwait(false);
        return isTold;
    }

    protected override void Dispose(bool isDisposing)
    {
        _subscription?.Dispose();
        base.Dispose(isDisposing);
    }
}
