using System.Text;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Memory;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Strict;
using Larder.Redis.Tracking;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>What the cache has in this process of what is in Redis, and what becomes of it when something changes, here or elsewhere.</summary>
internal sealed partial class RedisTier
{
    public override MemoryEngine? Memory => _local?.Engine;

    public string Prefix => _prefix;

    public ChangeChannel? Channel => _channel;

    public IReadOnlyList<string> SyncChannels => _strict?.Channels ?? [];

    /// <summary>Gets what makes the cache strictly coherent; <see langword="null"/> when it is not.</summary>
    public StrictCoherence? Coherence => _strict;

    public override TrustGate? MemoryTrust => _local?.Trust;

    public override long HeldEntries => _local?.Engine.Count ?? -1;

    public override LocalCopies LocalCopies => _local is null ? LocalCopies.None
        : !_local.Trust.IsOpen ? LocalCopies.Suspect
        : _client.Feed!.NeedsTelling ? LocalCopies.Channel
        : _client.Feed!.IsBroadcast ? LocalCopies.Broadcast
        : LocalCopies.Tracked;

    public override long PendingInvalidations => _pending.Count;

    public override long HeldBytes => _local?.Engine.Bytes ?? -1;

    void IInvalidationListener.OnChanged(ReadOnlySpan<byte> key)
    {
        if (key.StartsWith(_prefixBytes))
        {
            Forget(Encoding.UTF8.GetString(key[_prefixBytes.Length..]));
            _settings.Diagnostics.Counters.Increment(Counter.DroppedCopies);
        }
        else if (_ownsClient && _tags.NameOf(key) is { } tag)
        {
            ForgetTag(tag);
            _settings.Diagnostics.Counters.Increment(Counter.DroppedCopies);
        }

        // Afterwards: who is woken begins anew, and the change is behind it.
        _watches?.Signal(key);
    }

    void IInvalidationListener.OnMessage(RedisNode node, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        _strict?.OnMessage(node, channel, message);
        if (_channel is null || !channel.SequenceEqual(_channel.NameBytes) || !_channel.TryRead(message, out var kind, out var text, out var hasGap))
        {
            return;
        }

        if (hasGap)
        {
            _client.Feed!.Lose(node);
        }

        var name = Encoding.UTF8.GetString(text);
        if (kind == ChannelMessage.Key)
        {
            var key = name[Math.Min(name.Length, _prefix.Length)..];
            Forget(key);
            _watches?.Signal(name);
            _watches?.Signal(_leasePrefixText + key);
        }
        else
        {
            ForgetTag(name);
        }

        _settings.Diagnostics.Counters.Increment(Counter.DroppedCopies);
    }

    void IInvalidationListener.OnTrust(long untilMs) => _local?.Trust.Set(_strict is null ? untilMs : Math.Min(untilMs, _strict.UntilMs));

    /// <summary>Waits for the first lease of a strictly coherent cache, for as long as a command may take; makes the connections if there are none.</summary>
    public async ValueTask AwaitLeaseAsync(CancellationToken cancellationToken)
    {
        if (_client.Topology.Find(_prefixBytes, CommandKind.Read) is { } node)
        {
            node.Begin();
        }
        else
        {
            _ = _client.Topology.PrepareAsync(CancellationToken.None).AsTask();
        }

        await _strict!.WaitForFirstAsync(_settings.Patience, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// How long the data of a server is not read that has come in the place of another: longer than it takes the other processes to notice it, and to remove again what they had removed.
    /// </summary>
    private const long SettlingMs = 700;

    private long _settledAtMs;

    /// <summary>Gets whether what is in Redis is not to be read for a moment.</summary>
    private bool IsSettling => Volatile.Read(ref _settledAtMs) is not 0 and var settledAt && CoarseTime.ExactMs < settledAt;

    void IInvalidationListener.OnSuccession()
    {
        if (_recent is null || Refuses)
        {
            return;
        }

        // What others removed lately they remove again meanwhile.
        Volatile.Write(ref _settledAtMs, CoarseTime.ExactMs + SettlingMs);
        var (keys, tags, filters) = _recent.Take();
        foreach (var key in keys)
        {
            _pending.TryAddKey(key);
        }

        foreach (var tag in tags)
        {
            _pending.TryAddTag(tag, isLazy: false);
        }

        foreach (var filter in filters)
        {
            _pending.TryAddFilter(filter);
        }
    }

    void IInvalidationListener.OnSuspect() => _settings.Diagnostics.Counters.Increment(Counter.Suspicions);

    void IInvalidationListener.OnLost(RedisNode node)
    {
        _tags.ForgetAll();
        _local?.Drop(node);
        _watches?.SignalAll();
    }

    /// <summary>Forgets what this process has of a key, and voids its loads: whoever reads from now on may neither see the copy nor join a load that began before.</summary>
    private void Forget(string key)
    {
        VoidFills(key);
        DropCopy(key);
        _standIns?.Remove(key);
    }

    /// <summary>Drops the copy of a key that this process has changed. The change is known before the server tells of it.</summary>
    private void DropCopy(string key) => _local?.Engine.Remove(key, WriteCondition.None);

    private void Forget(KeyFilter filter)
    {
        VoidFills(filter);
        _local?.Engine.RemoveAll(filter);
        _standIns?.Remove(filter);
    }

    /// <summary>Takes note that this process has changed a key, or may have.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isDone">Whether it has, for sure.</param>
    private void Changed(string key, bool isDone)
    {
        Forget(key);
        _recent?.AddKey(key);

        // A large value may have gone over the connection that had read it for them, which is told nothing of its own changes.
        _client.Feed?.TellNeighbours(this, _prefix, key);
        if (isDone)
        {
            BeginTelling(ChannelMessage.Key, key);
        }
    }

    /// <summary>Takes note that this process has removed keys, or may have. It may have done so over the connection for large values, which is told nothing of its own changes.</summary>
    private void Removed(IReadOnlyList<string> keys, bool isDone)
    {
        foreach (var key in keys)
        {
            _client.Feed?.TellNeighbours(this, _prefix, key);
            if (isDone)
            {
                _capacity?.Remove(key);
                BeginTelling(ChannelMessage.Key, key);
            }
        }
    }

    /// <summary>Takes note that this process has changed the tag of entries, or may have.</summary>
    private void ChangedTag(string tag)
    {
        ForgetTag(tag);
        _recent?.AddTag(tag);
        BeginTelling(ChannelMessage.Tag, tag);
    }

    /// <summary>Takes note of a change that a load has made: its lease, or what it stores.</summary>
    private void ChangedByLoad(string key)
    {
        DropCopy(key);
        BeginTelling(ChannelMessage.Key, key);
        _client.Feed?.TellNeighbours(this, _prefix, key);
    }

    /// <summary>Tells the other processes of a change, where the servers may not. What cannot be told is removed again later, and told then.</summary>
    private void BeginTelling(ChannelMessage kind, string name)
    {
        if (_channel is not null && _client.Feed!.NeedsTelling)
        {
            _ = TellAsync(kind, name);
        }
    }

    private async Task TellAsync(ChannelMessage kind, string name)
    {
        try
        {
            await _channel!.TellAsync(kind, kind == ChannelMessage.Key ? _prefix + name : name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            if (_settings.IsStrict || !(kind == ChannelMessage.Key ? _pending.TryAddKey(name) : _pending.TryAddTag(name, isLazy: false)))
            {
                Spare("tell of a change", name, exception, isRefused: false);
            }
        }
    }

    private void ForgetTag(string tag)
    {
        _tags.Forget(tag);
        VoidFillsOfTag(tag);
        _local?.Engine.InvalidateTagOfCopies(tag);
        _standIns?.RemoveTag(tag);
    }
}
