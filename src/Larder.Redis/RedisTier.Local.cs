using System.Text;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Memory;
using Larder.Redis.Connections;
using Larder.Redis.Tracking;
using Larder.Tiers;

namespace Larder.Redis;

/// <summary>What the cache has in this process of what is in Redis, and what becomes of it when something changes, here or elsewhere.</summary>
internal sealed partial class RedisTier
{
    public override MemoryEngine? Memory => _local?.Engine;

    public override TrustGate? MemoryTrust => _local?.Trust;

    public override long HeldEntries => _local?.Engine.Count ?? -1;

    public override LocalCopies LocalCopies => _local is null ? LocalCopies.None
        : !_local.Trust.IsOpen ? LocalCopies.Suspect
        : _client.Feed!.IsBroadcast ? LocalCopies.Broadcast
        : LocalCopies.Tracked;

    public override long PendingInvalidations => _pending.Count;

    public override long HeldBytes => _local?.Engine.Bytes ?? -1;

    void IInvalidationListener.OnChanged(ReadOnlySpan<byte> key)
    {
        _watches?.Signal(key);
        if (key.StartsWith(_prefixBytes))
        {
            _settings.Diagnostics.Counters.Increment(Counter.DroppedCopies);
            Forget(Encoding.UTF8.GetString(key[_prefixBytes.Length..]));
        }
        else if (_ownsClient && _tags.NameOf(key) is { } tag)
        {
            _settings.Diagnostics.Counters.Increment(Counter.DroppedCopies);
            ForgetTag(tag);
        }
    }

    void IInvalidationListener.OnMessage(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
    }

    void IInvalidationListener.OnTrust(long untilMs) => _local?.Trust.Set(untilMs);

    void IInvalidationListener.OnLost(RedisNode node)
    {
        _settings.Diagnostics.Counters.Increment(Counter.Suspicions);
        _tags.ForgetAll();
        _local?.Drop(node);
        _watches?.SignalAll();
    }

    /// <summary>Forgets what this process has of a key, and voids its loads: whoever reads from now on may neither see the copy nor join a load that began before.</summary>
    private void Forget(string key)
    {
        VoidFills(key);
        DropCopy(key);
    }

    /// <summary>Drops the copy of a key that this process has changed. The change is known before the server tells of it.</summary>
    private void DropCopy(string key) => _local?.Engine.Remove(key, WriteCondition.None);

    private void Forget(KeyFilter filter)
    {
        VoidFills(filter);
        _local?.Engine.RemoveAll(filter);
    }

    private void ForgetTag(string tag)
    {
        _tags.Forget(tag);
        VoidFillsOfTag(tag);
        _local?.Engine.InvalidateTag(tag, isLazy: false);
    }
}
