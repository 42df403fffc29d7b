using System.Globalization;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Telemetry;
using Larder.Redis.Protocol;

namespace Larder.Redis.Topology;

/// <summary>
/// A Redis Cluster: the slots of keys are spread over primaries, each with replicas. Who serves what is read from any server, and read again when a
/// server says that it is no longer so, when one is lost, and now and then. See the Redis Cluster specification.
/// </summary>
internal sealed class Cluster : RedisTopology
{
    /// <summary>How many known servers are asked at once for the map of the cluster.</summary>
    private const int Asked = 3;

    /// <summary>How often the cluster is looked at anew while slots have no server, as in the moment of a failover.</summary>
    private const int MaxLooks = 4;

    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    private readonly ClusterSettings _settings;
    private readonly NodeSet _nodes;
    private readonly Discovery _discovery;
    private SlotMap? _map;
    private RedisNode? _suspect;
    private bool _isLost;

    public Cluster(ClusterSettings settings)
    {
        _settings = settings with { Connection = settings.Connection with { IsReplica = settings.ReadsFromReplicas } };
        _nodes = new NodeSet(_settings.Connection, settings.BulkThreshold, node => node.ConnectionChanged = SuspectIfLost);
        _discovery = new Discovery(LookAsync, settings.RefreshInterval, settings.Connection.TimeProvider);
    }

    public override string Description => $"Redis Cluster at {string.Join(", ", _settings.Seeds.Select(ConnectionSettings.NameOf))}";

    public override bool IsCluster => true;

    private SlotMap? Map => Volatile.Read(ref _map);

    public override async ValueTask<IReadOnlyList<RedisNode>> PrimariesAsync(CancellationToken cancellationToken)
    {
        if (Map is null && await PrepareAsync(cancellationToken).ConfigureAwait(false) is { } failure)
        {
            throw failure;
        }

        return [.. Map!.Shards.Select(shard => shard.Primary)];
    }

    public override async ValueTask<IReadOnlyList<KeyHolder>> HoldersAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answers = await Task.WhenAll((await PrimariesAsync(cancellationToken).ConfigureAwait(false))
                .Select(node => OwnSlots.AskAsync(node, cancellationToken))).ConfigureAwait(false);
            if (answers.Sum(own => own.Count) >= KeySlot.Count)
            {
                return [.. answers.Select(own => own.Holder)];
            }

            if (attempt == MaxLooks)
            {
                throw new CacheConnectionException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{KeySlot.Count - answers.Sum(own => own.Count):N0} of the {KeySlot.Count:N0} slots of the cluster have no known server at the moment."));
            }

            // A look that has just ended, or is under way, may have seen what was before a failover.
            await _discovery.RunAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(attempt * LookPause, _settings.Connection.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    public override RedisNode? Find(ReadOnlySpan<byte> key, CommandKind kind)
    {
        if (Map is not { } map)
        {
            return null;
        }

        if (key.IsEmpty)
        {
            return map.Shards[0].Primary;
        }

        var slot = KeySlot.Of(key);
        var shard = map[slot];
        return kind == CommandKind.Read && _settings.ReadsFromReplicas ? shard?.Reader(slot) : shard?.Primary;
    }

    public override ValueTask<CacheException?> PrepareAsync(CancellationToken cancellationToken) =>
        _discovery.RunAsync(_settings.Connection.CommandTimeout, Description, cancellationToken);

    public override ValueTask<Redirection> RedirectAsync(RedisNode node, string error, CancellationToken cancellationToken) => new(Redirect(node, error));

    public override void Suspect(RedisNode node)
    {
        Volatile.Write(ref _suspect, node);
        _discovery.Request();
    }

    public override async ValueTask DisposeAsync()
    {
        await _discovery.DisposeAsync().ConfigureAwait(false);
        _nodes.Dispose();
    }

    private Redirection Redirect(RedisNode node, string error)
    {
        var words = error.Split(' ');
        switch (words[0])
        {
            case "MOVED" or "ASK" when words.Length >= 3 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var slot) && slot < KeySlot.Count:
                if (SlotRange.AddressOf(words[2], SlotRange.HostOf(node.EndPoint)) is not { } address)
                {
                    // The server does not know the address of the other: the map of a third one may.
                    _discovery.Request();
                    return new Redirection(node, Waits: true);
                }

                var target = _nodes.At(address);
                if (words[0] == "ASK")
                {
                    return new Redirection(target, IsAsking: true);
                }

                if (Map is { } map && map.Shards.All(shard => shard.Primary != target))
                {
                    _settings.Connection.Observer?.OnSuccession();
                }

                Map?.Move(slot, target);
                _discovery.Request();
                return new Redirection(target);
            case "TRYAGAIN":
                return new Redirection(node, Waits: true);
            case "CLUSTERDOWN" or "LOADING" or "MASTERDOWN" or "READONLY":
                _discovery.Request();
                return node.Hesitation.IsWorthWaiting() ? new Redirection(node, Waits: true) : default;
            default:
                return default;
        }
    }

    private async Task<CacheException?> LookAsync(CancellationToken cancellationToken)
    {
        var suspect = Interlocked.Exchange(ref _suspect, null);
        var known = _nodes.All
            .OrderByDescending(node => node != suspect && node.Breaker.IsClosed && node.Reads is { IsReady: true })
            .ThenBy(_ => Random.Shared.Next())
            .Take(Asked).ToArray();
        var (map, problem) = await AskAsync(known, _settings.Connection.CommandTimeout, cancellationToken).ConfigureAwait(false);
        if (map is null)
        {
            // Only asked, and gone again: nothing is read from them whose changes would have to be heard.
            var seeds = _settings.Seeds.Select(seed => new RedisNode(_settings.Connection with { EndPoint = seed, FirstContact = null, Observer = null, Tracking = null }, _settings.BulkThreshold)).ToArray();
            (map, problem) = await AskAsync(seeds, _settings.Connection.ConnectTimeout, cancellationToken).ConfigureAwait(false);
            Array.ForEach(seeds, seed => seed.Dispose());
        }

        if (map is not null)
        {
            Use(map);
            return null;
        }

        problem ??= new CacheConnectionException($"{Description}: no server to ask is known.");
        if (!_isLost && Map is not null)
        {
            RedisLog.TopologyUnknown(_settings.Connection.Logger, Description, problem);
        }

        _isLost = true;
        return problem;
    }

    private void Use(SlotMap map)
    {
        var before = Map;
        var isOther = before is null || !map.Shards.Select(shard => shard.Primary).ToHashSet().SetEquals(before.Shards.Select(shard => shard.Primary));
        if (isOther && before is not null)
        {
            // Before anything is read from those that have come.
            _settings.Connection.Observer?.OnSuccession();
        }

        Volatile.Write(ref _map, map);
        _isLost = false;
        _discovery.Period = _nodes.Keep(map.Nodes.ToHashSet()) ? NodeSet.Grace : _settings.RefreshInterval;
        if (isOther)
        {
            RedisLog.PrimariesChanged(_settings.Connection.Logger, Description, string.Join(", ", map.Shards.Select(shard => shard.Primary.Name)));
        }
    }

    private Task<(SlotMap? Map, CacheException? Problem)> AskAsync(RedisNode[] nodes, TimeSpan limit, CancellationToken cancellationToken) =>
        Poll.FirstAsync(nodes, AskAsync, limit, _settings.Connection.TimeProvider, cancellationToken);

    private async Task<(SlotMap? Map, CacheException? Problem)> AskAsync(RedisNode node, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("CLUSTER"u8, 1).Add("SLOTS"u8);
        using var reply = await node.AskAsync(command, cancellationToken).ConfigureAwait(false);
        if (reply.IsError)
        {
            return (null, Poll.ProblemOf(reply, node, "asked for the slots of a cluster"));
        }

        return SlotMap.Of(SlotRange.Read(reply, SlotRange.HostOf(node.EndPoint)), _nodes.At) is { } map
            ? (map, null)
            : (null, new CacheServerException($"CLUSTERDOWN {node.Name} knows no server that serves any slot; has the cluster been created?"));
    }
}
