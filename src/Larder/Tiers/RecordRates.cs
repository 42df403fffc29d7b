using System.Buffers.Binary;

namespace Larder.Tiers;

/// <summary>Counts of permits as records of a tier that knows none of its own: read, changed, and written back on the condition that nobody changed them meanwhile.</summary>
internal sealed class RecordRates(CacheTier records, TimeProvider time) : RateStore
{
    private readonly KeyTurns _turns = new();

    public override async ValueTask<RateAnswer> TakeAsync(string name, RateLimit limit, int permits, CancellationToken cancellationToken)
    {
        var key = KeyOf(name, limit);
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var record = await records.ReadAsync<byte[]>(key, ReadIntent.Peek, cancellationToken).ConfigureAwait(false);
            var before = Parse(record.HasValue ? record.Value : []);
            var counts = before;
            var answer = limit.Take(ref counts, permits, time.GetUtcNow().ToUnixTimeMilliseconds());
            if (ReferenceEquals(counts, before)
                || (await records.WriteAsync(key, ToBytes(counts), new EntryWrite { TimeToLiveMs = limit.LifeMs }, WriteCondition.HasVersion(record.Version), cancellationToken).ConfigureAwait(false)).Version != 0)
            {
                return answer;
            }
        }
    }

    /// <summary>Reads counts; of bytes that are none, those of a count that begins.</summary>
    private static long[] Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(long) != 0)
        {
            return [];
        }

        var counts = new long[bytes.Length / sizeof(long)];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]);
        }

        return counts;
    }

    private static byte[] ToBytes(long[] counts)
    {
        var bytes = new byte[counts.Length * sizeof(long)];
        for (var i = 0; i < counts.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), counts[i]);
        }

        return bytes;
    }
}
