using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Strict;
using Larder.Redis.Tier;
using Larder.Views;

namespace Larder.Cli.Targets;

/// <summary>The servers of a cache, each by itself.</summary>
internal sealed class RedisServers(ICache cache)
{
    /// <summary>Gets what the cache is in.</summary>
    public RedisTier Tier { get; } = TierOf((CacheView)cache);

    /// <summary>Gets the servers that are written to.</summary>
    public ValueTask<IReadOnlyList<RedisNode>> AllAsync(CancellationToken cancellationToken) => Tier.Client.Topology.PrimariesAsync(cancellationToken);

    /// <summary>Sends a command that only reads to one server.</summary>
    public async ValueTask<object?> ExecuteAsync(RedisNode node, string name, string[] arguments, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent(Encoding.UTF8.GetBytes(name), arguments.Length);
        Array.ForEach(arguments, argument => command.Add(argument));
        using var reply = await Tier.Client.ExecuteOnAsync(node, command, CommandKind.Read, cancellationToken);
        return reply.ToObject();
    }

    private static RedisTier TierOf(CacheView view) => view.Tier as RedisTier ?? ((StrictTier)view.Tier).Inner;
}
