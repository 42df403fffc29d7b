using System.Globalization;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Redis.Tier;

/// <summary>How the memory and the servers are, each with a sentence that says why.</summary>
internal sealed partial class RedisTier
{
    public override async ValueTask<IReadOnlyList<TierReport>> ReportAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RedisNode> nodes;
        try
        {
            nodes = await _client.Topology.PrimariesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            return [MemoryReport(), new TierReport { Name = "redis", Description = Description, Status = HealthStatus.Unhealthy, Reason = exception.Message }];
        }

        return [MemoryReport(), .. await Task.WhenAll(nodes.Select(node => ReportAsync(node, cancellationToken))).ConfigureAwait(false)];
    }

    public override async ValueTask<DateTimeOffset?> TimeAsync(CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("TIME"u8, 0);
        using var reply = await _client.ExecuteOnAsync((await _client.Topology.PrimariesAsync(cancellationToken).ConfigureAwait(false))[0], command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        var reader = reply.Open();
        return reader.Read() && long.TryParse(reader.String, CultureInfo.InvariantCulture, out var seconds) && reader.Read() && long.TryParse(reader.String, CultureInfo.InvariantCulture, out var microseconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(microseconds)
            : null;
    }

    private TierReport MemoryReport()
    {
        var (status, reason) = LocalCopies switch
        {
            LocalCopies.None => (HealthStatus.Healthy, "No copies are kept in memory: each read asks Redis."),
            LocalCopies.Tracked => (HealthStatus.Healthy, "Copies are kept in step: Redis tells of each change of a key that was read here."),
            LocalCopies.Broadcast => (HealthStatus.Healthy, "Copies are kept in step: Redis tells of each change of a key of the cache."),
            LocalCopies.Channel => (HealthStatus.Healthy, "Copies are kept in step over a channel, because Redis refuses to tell of changes: the processes tell each other, and a copy is used for 30 s at most."),
            _ => (HealthStatus.Degraded, "Copies in memory are not used: there is no proof at the moment that changes elsewhere are heard of."),
        };
        return new TierReport
        {
            Name = "memory",
            Description = "copies in the memory of this process",
            Status = status,
            Reason = reason,
            Figures =
            [
                .. MemoryFigures(),
                new("copies", LocalCopies.ToString()),
                new("waiting removals", PendingInvalidations.ToString("N0", CultureInfo.InvariantCulture)),
                .. _strict is null ? Array.Empty<KeyValuePair<string, string>>() : [new("right to copies", _strict.HasLease ? "held" : "not held")],
            ],
        };
    }

    private async Task<TierReport> ReportAsync(RedisNode node, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        var problem = await ProblemOfAsync(node, cancellationToken).ConfigureAwait(false);

        // Two signs of life, one over each connection.
        var roundTrip = TimeProvider.System.GetElapsedTime(start) / 2;
        var server = node.Reads?.Server ?? default;
        return new TierReport
        {
            Name = node.Name,
            Description = Description,
            Status = problem is null ? HealthStatus.Healthy : HealthStatus.Unhealthy,
            Reason = problem is null
                ? string.Create(CultureInfo.InvariantCulture, $"The server answers, in {roundTrip.TotalMilliseconds:0.##} ms.")
                : $"{problem}.",
            Figures =
            [
                new("circuit breaker", node.Breaker.IsClosed ? "closed" : "open: commands fail at once, but for one each half second that tries"),
                new("round trip", problem is null ? string.Create(CultureInfo.InvariantCulture, $"{roundTrip.TotalMilliseconds:0.##} ms") : "none"),
                new("server", server.Version ?? "not known"),
                new("protocol", server.Protocol == 0 ? "not known" : $"RESP{server.Protocol}"),
                new("tracking", server.IsTracked ? "on" : _client.Feed is null ? "not asked for" : "refused"),
            ],
        };
    }
}
