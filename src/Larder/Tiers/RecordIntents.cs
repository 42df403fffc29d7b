using System.Buffers.Binary;

namespace Larder.Tiers;

/// <summary>Intents as records of a tier that knows none of its own: read, changed, and written back on the condition that nobody changed them meanwhile.</summary>
/// <param name="records">Where the records are.</param>
/// <param name="time">The time, by which this process judges the announcements of others.</param>
internal sealed class RecordIntents(CacheTier records, TimeProvider time) : IntentStore
{
    private const int HolderLength = 16 + sizeof(long);

    private readonly KeyTurns _turns = new();

    private long UtcNowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public override ValueTask PutAsync(string name, UInt128 owner, TimeSpan life, CancellationToken cancellationToken) => ChangeAsync(
        name,
        holders =>
        {
            holders[owner] = UtcNowMs + (long)life.TotalMilliseconds;
            return true;
        },
        cancellationToken);

    public override ValueTask ReleaseAsync(string name, UInt128 owner) => ChangeAsync(name, holders => holders.Remove(owner), CancellationToken.None);

    public override async ValueTask<bool> AreHeldAsync(string name, CancellationToken cancellationToken) =>
        (await records.ReadAsync<byte[]>(name, ReadIntent.Peek, cancellationToken).ConfigureAwait(false)).HasValue;

    private async ValueTask ChangeAsync(string name, Func<Dictionary<UInt128, long>, bool> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(name, attempt, cancellationToken).ConfigureAwait(false);
            var record = await records.ReadAsync<byte[]>(name, ReadIntent.Peek, cancellationToken).ConfigureAwait(false);
            var holders = Parse(record.HasValue ? record.Value : []);
            if (!change(holders))
            {
                return;
            }

            var condition = WriteCondition.HasVersion(record.Version);
            var isDone = holders.Count == 0
                ? await records.RemoveAsync(name, condition, cancellationToken).ConfigureAwait(false)
                : (await records.WriteAsync(name, ToBytes(holders), new EntryWrite { TimeToLiveMs = Math.Max(1, holders.Values.Max() - UtcNowMs) }, condition, cancellationToken).ConfigureAwait(false)).Version != 0;
            if (isDone)
            {
                return;
            }
        }
    }

    /// <summary>Reads the holders whose time is not over.</summary>
    private Dictionary<UInt128, long> Parse(ReadOnlySpan<byte> bytes)
    {
        var holders = new Dictionary<UInt128, long>();
        for (var at = bytes; at.Length >= HolderLength; at = at[HolderLength..])
        {
            var expiresAt = BinaryPrimitives.ReadInt64LittleEndian(at[16..]);
            if (expiresAt > UtcNowMs)
            {
                holders[BinaryPrimitives.ReadUInt128LittleEndian(at)] = expiresAt;
            }
        }

        return holders;
    }

    private static byte[] ToBytes(Dictionary<UInt128, long> holders)
    {
        var bytes = new byte[holders.Count * HolderLength];
        var at = bytes.AsSpan();
        foreach (var (owner, expiresAt) in holders)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(at, owner);
            BinaryPrimitives.WriteInt64LittleEndian(at[16..], expiresAt);
            at = at[HolderLength..];
        }

        return bytes;
    }
}
