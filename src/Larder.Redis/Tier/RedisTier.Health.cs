using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>How the servers are: each is asked for a sign of life over the connections for reads and writes.</summary>
internal sealed partial class RedisTier
{
    public override async ValueTask<TierCheck> CheckAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RedisNode> nodes;
        try
        {
            nodes = await _client.Topology.PrimariesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            return new TierCheck(IsAway: true, $"{Description}: {exception.Message}");
        }

        var problems = await Task.WhenAll(nodes.Select(node => ProblemOfAsync(node, cancellationToken))).ConfigureAwait(false);
        var present = problems.OfType<string>().ToArray();
        return present.Length == 0 ? default : new TierCheck(present.Length == nodes.Count, string.Join("; ", present));
    }

    private async Task<string?> ProblemOfAsync(RedisNode node, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var kind in new[] { CommandKind.Read, CommandKind.IdempotentWrite })
            {
                using var ping = RedisCommand.Rent("PING"u8, 0);
                using var _ = await _client.ExecuteOnAsync(node, ping, kind, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (CacheException exception)
        {
            return exception.Message.TrimEnd('.');
        }
    }
}
