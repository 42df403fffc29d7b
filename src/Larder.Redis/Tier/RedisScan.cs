using System.Runtime.CompilerServices;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Topology;

namespace Larder.Redis.Tier;

/// <summary>
/// Finds the keys of a pattern on all servers at once, by SCAN, and never misses one that is there from the beginning to the end. A key can move while its two
/// servers are looked at; so servers that have got slots meanwhile, are being sent keys, or have come in the place of others are looked at again.
/// </summary>
internal sealed class RedisScan(RedisClient client, byte[] pattern)
{
    /// <summary>How many keys a step looks at: a millisecond of the server.</summary>
    private const int StepCount = 1000;

    /// <summary>Each look after the first catches keys that have moved once more during the one before. Nobody moves a key so often.</summary>
    private const int MaxLooks = 4;

    private static readonly byte[] Begin = "0"u8.ToArray();

    /// <summary>Gives the keys, in batches; a key may come twice.</summary>
    /// <param name="cancellationToken">Ends the scan.</param>
    /// <exception cref="CacheException">A server could not be reached, or slots have none.</exception>
    public async IAsyncEnumerable<List<string>> BatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<KeyHolder>();
        for (var look = 0; look < MaxLooks; look++)
        {
            var holders = (await client.Topology.HoldersAsync(cancellationToken).ConfigureAwait(false)).Where(holder => !seen.Contains(holder)).ToArray();
            var steps = holders.Select(holder => StepAsync(holder, Begin, cancellationToken)).ToList();
            try
            {
                while (steps.Count > 0)
                {
                    var done = await Task.WhenAny(steps).ConfigureAwait(false);
                    steps.Remove(done);
                    var step = await done.ConfigureAwait(false);
                    if (step.Next is { } cursor)
                    {
                        steps.Add(StepAsync(step.Holder, cursor, cancellationToken));
                    }
                    else if (step.Problem is null)
                    {
                        // What was being sent to it in the first look may have left a server that had not been looked at.
                        seen.Add(look == 0 ? step.Holder with { Imports = string.Empty } : step.Holder);
                    }
                    else if (look > 0)
                    {
                        throw step.Problem;
                    }

                    if (step.Keys.Count > 0)
                    {
                        yield return step.Keys;
                    }
                }
            }
            finally
            {
                await ((Task)Task.WhenAll(steps)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (holders.Length == 0)
            {
                yield break;
            }
        }
    }

    /// <summary>Takes one step on a server.</summary>
    /// <returns>The keys, and the cursor of the next step; <see langword="null"/> at the end.</returns>
    /// <exception cref="CacheException">The server cannot be asked.</exception>
    public static async ValueTask<(List<string> Keys, byte[]? Next)> StepAsync(RedisClient client, RedisNode node, byte[]? cursor, byte[] pattern, int count, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("SCAN"u8, 5).Add(cursor ?? Begin).Add("MATCH"u8).Add(pattern).Add("COUNT"u8).Add(count);
        using var reply = await client.ExecuteOnAsync(node, command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        return Read(reply);
    }

    private async Task<Step> StepAsync(KeyHolder holder, byte[] cursor, CancellationToken cancellationToken)
    {
        try
        {
            var (keys, next) = await StepAsync(client, holder.Node, cursor, pattern, StepCount, cancellationToken).ConfigureAwait(false);
            return new Step(holder, keys, next, null);
        }
        catch (CacheConnectionException exception)
        {
            // Another server will have come in its place, or the same one, with other cursors.
            return new Step(holder, [], null, exception);
        }
    }

    private static (List<string> Keys, byte[]? Next) Read(Reply reply)
    {
        var keys = new List<string>();
        var reader = reply.Open();
        reader.Read();
        var cursor = reader.Text.ToArray();
        reader.Read();
        for (var left = reader.Count; left > 0 && reader.Read(); left--)
        {
            keys.Add(reader.String!);
        }

        return (keys, cursor.AsSpan().SequenceEqual(Begin) ? null : cursor);
    }

    private readonly record struct Step(KeyHolder Holder, List<string> Keys, byte[]? Next, CacheConnectionException? Problem);
}
