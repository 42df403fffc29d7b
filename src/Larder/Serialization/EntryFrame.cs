using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Larder.Serialization;

/// <summary>
/// An entry as tiers of bytes hold it: a header with all that the cache must know, then the payload, so that a plain value stays readable with
/// other tools. All integers are little-endian; times are milliseconds since 1970 in UTC.
/// </summary>
/// <remarks>
/// <code>
///  0  magic A7        1  frame version 1   2  kind             3  payload format
///  4  tags (u16)      6  flags (u16)       8  checksum (u32)  12  header length (u32)
/// 16  expires at     24  cap at           32  sliding ms      40  max stale ms
/// 48  refresh at     56  XFetch ms (f64)  64  tag stamp       72  hash of the key (u64)
/// 80  write id       88  hash of the type of a serialized value (u64)
/// 96  for each tag: its incarnation (i64), its length in UTF-8 (u16), its text
/// </code>
/// The checksum is a CRC-32C of everything else. The hash of the key makes a record that was copied to another key, or another cache, unreadable
/// there. The write id is the version that callers see: it changes when the value does, while the version of the record in its
/// store also changes when the entry gets another expiry.
/// </remarks>
internal sealed record EntryFrame
{
    private const byte Magic = 0xA7;
    private const byte FrameVersion = 1;
    private const int FixedLength = 96;
    private const int TagLength = 10;
    private const int ChecksumAt = 8;
    private const int CheckedFrom = 12;
    private const ushort StaleFlag = 1;

    public required FrameKind Kind { get; init; }

    public bool IsStale { get; init; }

    public long ExpiresAt { get; init; }

    public long CapAt { get; init; }

    public long SlidingMs { get; init; }

    public long MaxStaleMs { get; init; }

    public long RefreshAt { get; init; }

    public double XFetchMs { get; init; }

    public long TagStamp { get; init; }

    public long WriteId { get; init; }

    public StoredValue Value { get; init; }

    public IReadOnlyList<FrameTag> Tags { get; init; } = [];

    public byte[] ToBytes(string key)
    {
        var tags = Tags.Select(tag => Encoding.UTF8.GetBytes(tag.Name)).ToArray();
        var headerLength = FixedLength + tags.Sum(tag => TagLength + tag.Length);
        var bytes = new byte[headerLength + Value.Payload.Length];
        bytes[0] = Magic;
        bytes[1] = FrameVersion;
        bytes[2] = (byte)Kind;
        bytes[3] = (byte)Value.Format;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), (ushort)tags.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), IsStale ? StaleFlag : (ushort)0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)headerLength);
        ReadOnlySpan<long> numbers = [ExpiresAt, CapAt, SlidingMs, MaxStaleMs, RefreshAt, BitConverter.DoubleToInt64Bits(XFetchMs), TagStamp, TypeId.HashOf(key), WriteId, Value.Type];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16 + (8 * i)), numbers[i]);
        }

        var at = FixedLength;
        for (var i = 0; i < tags.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), Tags[i].Incarnation);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 8), (ushort)tags[i].Length);
            tags[i].CopyTo(bytes, at + TagLength);
            at += TagLength + tags[i].Length;
        }

        Value.Payload.Span.CopyTo(bytes.AsSpan(headerLength));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Crc32C.Of(bytes.AsSpan(CheckedFrom), bytes.AsSpan(0, ChecksumAt)));
        return bytes;
    }

    /// <summary>Reads a frame.</summary>
    /// <param name="key">The whole key that the record was found under in its store.</param>
    /// <param name="data">The record.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="problem">What is wrong with the record, when it cannot be read.</param>
    public static bool TryParse(string key, ReadOnlyMemory<byte> data, [NotNullWhen(true)] out EntryFrame? frame, [NotNullWhen(false)] out string? problem)
    {
        frame = null;
        var bytes = data.Span;
        problem = bytes.Length < FixedLength ? "it is too short"
            : bytes[0] != Magic ? "it is not an entry of Larder"
            : bytes[1] != FrameVersion ? $"its frame version {bytes[1]} is not known"
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Crc32C.Of(bytes[CheckedFrom..], bytes[..ChecksumAt]) ? "its checksum does not match"
            : BinaryPrimitives.ReadInt64LittleEndian(bytes[72..]) != TypeId.HashOf(key) ? "it belongs to another key"
            : !IsWellFormed(bytes) ? "its header is malformed"
            : null;
        if (problem is not null)
        {
            return false;
        }

        frame = new EntryFrame
        {
            Kind = (FrameKind)bytes[2],
            IsStale = (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) & StaleFlag) != 0,
            ExpiresAt = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            CapAt = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            SlidingMs = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            MaxStaleMs = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            RefreshAt = BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
            XFetchMs = BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(bytes[56..])),
            TagStamp = BinaryPrimitives.ReadInt64LittleEndian(bytes[64..]),
            WriteId = BinaryPrimitives.ReadInt64LittleEndian(bytes[80..]),
            Tags = ReadTags(bytes),
            Value = new StoredValue(
                data[(int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..])..], (PayloadFormat)bytes[3], BinaryPrimitives.ReadInt64LittleEndian(bytes[88..])),
        };
        return true;
    }

    /// <summary>Checks what the checksum does not: that a faulty program wrote no header that leads outside of the record.</summary>
    private static bool IsWellFormed(ReadOnlySpan<byte> bytes)
    {
        long at = FixedLength;
        for (var left = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]); left > 0; left--)
        {
            if (at + TagLength > bytes.Length)
            {
                return false;
            }

            at += TagLength + BinaryPrimitives.ReadUInt16LittleEndian(bytes[((int)at + 8)..]);
        }

        return at <= bytes.Length
            && at == BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..])
            && (FrameKind)bytes[2] is FrameKind.Entry or FrameKind.Lease or FrameKind.Internal
            && ((FrameKind)bytes[2] != FrameKind.Entry || BinaryPrimitives.ReadInt64LittleEndian(bytes[80..]) != 0)
            && BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]) >= 0
            && BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]) >= 0;
    }

    private static FrameTag[] ReadTags(ReadOnlySpan<byte> bytes)
    {
        var tags = new FrameTag[BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..])];
        var at = FixedLength;
        for (var i = 0; i < tags.Length; i++)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(at + 8)..]);
            tags[i] = new FrameTag(Encoding.UTF8.GetString(bytes.Slice(at + TagLength, length)), BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]));
            at += TagLength + length;
        }

        return tags;
    }
}
