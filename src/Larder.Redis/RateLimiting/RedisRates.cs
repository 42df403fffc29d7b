using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Tiers;

namespace Larder.Redis.RateLimiting;

/// <summary>Permits in Redis: a string for each count, and a script for each kind of limit, judged by the clock of the server. They do what <see cref="RateLimit.Take"/> does.</summary>
/// <param name="client">The client.</param>
/// <param name="prefix">What the keys of the cache begin with.</param>
/// <param name="nowMs">What tells the scripts the time, for tests whose clock stands still; <see langword="null"/> for the server's clock.</param>
internal sealed class RedisRates(RedisClient client, string prefix, Func<long>? nowMs) : RateStore
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix + "!");

    public override async ValueTask<RateAnswer> TakeAsync(string name, RateLimit limit, int permits, CancellationToken cancellationToken)
    {
        var (script, first, second) = limit switch
        {
            FixedWindowLimit window => (RedisScript.TakeFixedWindow, window.WindowMs, 0L),
            SlidingWindowLimit window => (RedisScript.TakeSlidingWindow, window.SegmentMs, window.Segments),
            TokenBucketLimit bucket => (RedisScript.TakeTokenBucket, bucket.PeriodMs, bucket.TokensPerPeriod),
            _ => throw new NotSupportedException($"There is no script for a {limit.GetType().Name}."),
        };
        using var command = RedisClient.Script(script, 1, 6).AddKey(_prefix, KeyOf(name, limit)).Add(permits).Add(limit.Permits).Add(first).Add(second).Add(limit.LifeMs).AddTime(nowMs);

        // Sent twice, it would take twice.
        using var reply = await client.ExecuteAsync(command, script, CommandKind.Write, cancellationToken).ConfigureAwait(false);
        return Read(reply);
    }

    private static RateAnswer Read(Reply reply)
    {
        var reader = reply.Open();
        Span<long> answer = stackalloc long[3];
        for (var i = 0; i < answer.Length && reader.Read(); i++)
        {
            answer[i] = reader.Integer;
        }

        return new RateAnswer(answer[0] == 1, answer[1], answer[2]);
    }
}
