using Larder.Redis.Commands;
using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>One server that serves all keys.</summary>
internal sealed class Standalone(RedisNode node) : RedisTopology
{
    private readonly RedisNode[] _nodes = [node];

    public override string Description => $"Redis at {node.Name}";

    public override ValueTask<IReadOnlyList<RedisNode>> PrimariesAsync(CancellationToken cancellationToken) => new(_nodes);

    public override RedisNode? Find(ReadOnlySpan<byte> key, CommandKind kind) => node;

    public override ValueTask<Redirection> RedirectAsync(RedisNode node, string error, CancellationToken cancellationToken) =>
        new(error.StartsWith("LOADING", StringComparison.Ordinal) && node.Hesitation.IsWorthWaiting() ? new Redirection(node, Waits: true) : default);

    public override ValueTask DisposeAsync()
    {
        node.Dispose();
        return default;
    }
}
