using System.Net;
using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>The servers that are known, by address: made when they are first heard of, closed when they have not been heard of for a while.</summary>
internal sealed class NodeSet(ConnectionSettings settings, int bulkThreshold, Action<RedisNode> prepare) : IDisposable
{
    /// <summary>Long enough that no caller is still about to use it, and short of what a server costs that is away for good.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<EndPoint, RedisNode> _nodes = [];
    private readonly Dictionary<RedisNode, long> _gone = [];
    private bool _isDisposed;

    public RedisNode[] All
    {
        get
        {
            lock (_gate)
            {
                return [.. _nodes.Values];
            }
        }
    }

    /// <summary>Gets the server at an address.</summary>
    public RedisNode At(EndPoint address)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
            if (!_nodes.TryGetValue(address, out var node))
            {
                node = new RedisNode(settings with { EndPoint = address }, bulkThreshold);
                prepare(node);
                _nodes.Add(address, node);
            }

            return node;
        }
    }

    /// <summary>Keeps the servers that are in use. Others are closed once they have been out of use for some seconds and have answered everything.</summary>
    /// <returns>Whether some are still to be closed.</returns>
    public bool Keep(IReadOnlySet<RedisNode> used)
    {
        List<RedisNode> closed = [];
        lock (_gate)
        {
            foreach (var node in _nodes.Values)
            {
                if (used.Contains(node))
                {
                    _gone.Remove(node);
                }
                else if (_gone.TryAdd(node, settings.TimeProvider.GetTimestamp()))
                {
                    continue;
                }
                else if (settings.TimeProvider.GetElapsedTime(_gone[node]) >= Grace && node.IsIdle)
                {
                    closed.Add(node);
                }
            }

            foreach (var node in closed)
            {
                _gone.Remove(node);
                _nodes.Remove(node.EndPoint);
            }
        }

        closed.ForEach(Close);
        lock (_gate)
        {
            return _gone.Count > 0;
        }
    }

    public void Dispose()
    {
        RedisNode[] all;
        lock (_gate)
        {
            _isDisposed = true;
            all = [.. _nodes.Values];
        }

        Array.ForEach(all, Close);
    }

    private static void Close(RedisNode node)
    {
        (node.ConnectionChanged, node.Pushed) = (null, null);
        node.Dispose();
    }
}
