using Larder.Redis.Connections;
using Larder.Redis.Protocol;

namespace Larder.Redis.Topology;

/// <summary>Asks several servers the same at once, so that one which says nothing holds nobody up.</summary>
internal static class Poll
{
    /// <summary>Asks, and takes the first good answer.</summary>
    /// <param name="nodes">Who is asked.</param>
    /// <param name="ask">Asks one. It gives an answer, or why there is none; it does not throw.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer, or the first problem.</returns>
    public static async Task<(T? Answer, CacheException? Problem)> FirstAsync<T>(
        IReadOnlyList<RedisNode> nodes,
        Func<RedisNode, CancellationToken, Task<(T? Answer, CacheException? Problem)>> ask,
        TimeSpan limit,
        TimeProvider time,
        CancellationToken cancellationToken)
        where T : class
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var asked = nodes.Select(node => ask(node, stop.Token)).ToList();
        CacheException? problem = null;
        while (asked.Count > 0)
        {
            var done = await Task.WhenAny(asked).ConfigureAwait(false);
            asked.Remove(done);
            var result = await done.ConfigureAwait(false);
            if (result.Answer is not null)
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(asked).ConfigureAwait(false);
                return result;
            }

            problem ??= result.Problem;
        }

        return (null, problem);
    }

    /// <summary>Tells why a question got no answer.</summary>
    public static CacheException ProblemOf(Reply reply, RedisNode node, string question) =>
        reply.Failure as CacheException ?? (reply.Failure is { } failure
            ? new CacheTimeoutException($"{node.Name} did not answer in time when it was {question}.", failure)
            : new CacheServerException($"{reply} ({node.Name}, when it was {question})"));
}
