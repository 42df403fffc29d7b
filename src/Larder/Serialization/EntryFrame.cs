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
///  0  magic A7           1  frame version 1      2  kind        3  payload format
///  4  tags (u16)         6  flags (u16)          8  checksum of the header (u32)
/// 12  checksum of the payload (u32)             16  revision
/// 24  write id          32  expires at          40  hash of the key (u64)
/// 48  hash of the type of a serialized value    56  header length (u32)
/// 60  stored at (u32, in seconds), zero when nobody knows
/// 64  if flag 2 is set: cap at, sliding ms, max stale ms, refresh at, XFetch ms (f64)
///     if flag 4 is set: for how many ms copies in memory are used; zero for no copies
///     if flag 8 is set: length before compression (u32)
///     if there are tags: the tag stamp, then for each its incarnation (i64), its length in UTF-8 (u16), its text
/// </code>
/// Checksums are CRC-32C. That of the header leaves out both checksums. For integers it also leaves out the revision and the write id, and that of their payload is
/// an Adler-32 of the digits: a store that can do little arithmetic is to be able to add to a counter. The hash of the key makes a record that was copied to another key, or another cache, unreadable
/// there. The write id is the version that callers see: it changes when the value does, while the revision of the record
/// also changes when the entry gets another expiry.
/// </remarks>
internal readonly record struct EntryFrame
{
    /// <summary>The length of the part that every header has.</summary>
    public const int FixedLength = 64;

    public const byte Magic = 0xA7;

    private const byte FrameVersion = 1;
    private const string Malformed = "its header is malformed";
    private const int ExtrasLength = 40;
    private const int TagStampLength = 8;
    private const int TagLength = 10;
    private const int HeaderChecksumAt = 8;
    private const int PayloadChecksumAt = 12;
    private const int StoredAtAt = 60;
    private const ushort StaleFlag = 1;
    private const ushort ExtrasFlag = 2;
    private const ushort CopyLifeFlag = 4;
    private const ushort CompressedFlag = 8;
    private const int CopyLifeLength = 8;
    private const int UncompressedLengthLength = 4;

    public EntryFrame()
    {
    }

    public required FrameKind Kind { get; init; }

    public bool IsStale { get; init; }

    public long Revision { get; init; }

    public long WriteId { get; init; }

    public long ExpiresAt { get; init; }

    /// <summary>Gets when the value was stored, to the second; zero when nobody knows.</summary>
    public long StoredAt { get; init; }

    public long CapAt { get; init; }

    public long SlidingMs { get; init; }

    public long MaxStaleMs { get; init; }

    public long RefreshAt { get; init; } = long.MaxValue;

    public double XFetchMs { get; init; }

    /// <summary>Gets for how long copies in memory are used; zero when none are kept.</summary>
    public long CopyLifeMs { get; init; } = long.MaxValue;

    public long TagStamp { get; init; }

    public int UncompressedLength { get; init; }

    /// <summary>Gets whether the header has the longer form although it need not: it is to replace one of that length.</summary>
    public bool KeepsExtras { get; init; }

    public StoredValue Value { get; init; }

    public FrameTag[] Tags { get; init; } = [];

    public int HeaderLength
    {
        get
        {
            var length = FixedLength + (HasExtras ? ExtrasLength : 0) + (HasCopyLife ? CopyLifeLength : 0) + (IsCompressed ? UncompressedLengthLength : 0) + (Tags.Length > 0 ? TagStampLength : 0);
            foreach (var tag in Tags)
            {
                length += TagLength + Encoding.UTF8.GetByteCount(tag.Name);
            }

            return length;
        }
    }

    private bool HasExtras => KeepsExtras || CapAt != ExpiresAt || SlidingMs != 0 || MaxStaleMs != 0 || RefreshAt != long.MaxValue || XFetchMs != 0;

    private bool IsCompressed => UncompressedLength != 0;

    private bool HasCopyLife => CopyLifeMs != long.MaxValue;

    /// <summary>Gets how long ago the value was stored; <see langword="null"/> when nobody knows.</summary>
    public long? AgeMs(long nowMs) => StoredAt == 0 ? null : Math.Max(0, nowMs - StoredAt);

    public byte[] ToBytes(string key)
    {
        var headerLength = HeaderLength;
        var bytes = new byte[headerLength + Value.Payload.Length];
        Value.Payload.Span.CopyTo(bytes.AsSpan(headerLength));
        WriteHeader(bytes.AsSpan(0, headerLength), TypeId.HashOf(key));
        return bytes;
    }

    /// <summary>Writes the header, with the checksum of the payload.</summary>
    /// <param name="header">Where to; <see cref="HeaderLength"/> bytes.</param>
    /// <param name="keyHash">The hash of the whole key in the store.</param>
    public void WriteHeader(Span<byte> header, long keyHash)
    {
        header[0] = Magic;
        header[1] = FrameVersion;
        header[2] = (byte)Kind;
        header[3] = (byte)Value.Format;
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)Tags.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)((IsStale ? StaleFlag : 0) | (HasExtras ? ExtrasFlag : 0) | (HasCopyLife ? CopyLifeFlag : 0) | (IsCompressed ? CompressedFlag : 0)));
        BinaryPrimitives.WriteUInt32LittleEndian(header[PayloadChecksumAt..], ChecksumOf(Value.Format, Value.Payload.Span));
        BinaryPrimitives.WriteUInt32LittleEndian(header[56..], (uint)header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[StoredAtAt..], (uint)(StoredAt / 1_000));
        WriteNumbers(header[16..], [Revision, WriteId, ExpiresAt, keyHash, Value.Type]);
        var at = FixedLength;
        if (HasExtras)
        {
            WriteNumbers(header[at..], [CapAt, SlidingMs, MaxStaleMs, RefreshAt, BitConverter.DoubleToInt64Bits(XFetchMs)]);
            at += ExtrasLength;
        }

        if (HasCopyLife)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header[at..], CopyLifeMs);
            at += CopyLifeLength;
        }

        if (IsCompressed)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header[at..], (uint)UncompressedLength);
            at += UncompressedLengthLength;
        }

        WriteTags(header, at);
        BinaryPrimitives.WriteUInt32LittleEndian(header[HeaderChecksumAt..], HeaderChecksumOf(header));
    }

    /// <summary>Reads a frame.</summary>
    /// <param name="keyHash">The hash of the whole key that the record was found under in its store.</param>
    /// <param name="data">The record.</param>
    /// <param name="frame">The frame; its payload lies in <paramref name="data"/>.</param>
    /// <param name="problem">What is wrong with the record, when it cannot be read.</param>
    public static bool TryParse(long keyHash, ReadOnlyMemory<byte> data, out EntryFrame frame, [NotNullWhen(false)] out string? problem)
    {
        var bytes = data.Span;
        if (!TryCheckHeader(keyHash, bytes, out var headerLength, out problem) || !TryReadHeader(bytes[..headerLength], data[headerLength..], out frame))
        {
            frame = default;
            problem ??= headerLength > bytes.Length || headerLength == 0 ? "it is too short" : Malformed;
            return false;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[PayloadChecksumAt..]) != ChecksumOf(frame.Value.Format, bytes[headerLength..]))
        {
            problem = "the checksum of its value does not match";
            return false;
        }

        return true;
    }

    /// <summary>Reads the header of a frame, of which the payload may be missing.</summary>
    /// <param name="keyHash">The hash of the whole key that the record was found under in its store.</param>
    /// <param name="bytes">The beginning of the record.</param>
    /// <param name="frame">The frame without its payload.</param>
    /// <param name="headerLength">The length of the header, as far as it can be told; it may lie beyond <paramref name="bytes"/>, which is no problem of the record.</param>
    /// <param name="problem">What is wrong with the record, when it cannot be read; <see langword="null"/> when only more of it is needed.</param>
    public static bool TryParseHeader(long keyHash, ReadOnlySpan<byte> bytes, out EntryFrame frame, out int headerLength, out string? problem)
    {
        if (TryCheckHeader(keyHash, bytes, out headerLength, out problem) && TryReadHeader(bytes[..headerLength], payload: default, out frame))
        {
            return true;
        }

        frame = default;
        problem ??= headerLength <= bytes.Length ? Malformed : null;
        return false;
    }

    /// <summary>Reads the revision in a header; zero when it is none.</summary>
    public static long RevisionOf(ReadOnlySpan<byte> header) => header is [Magic, ..] && header.Length >= FixedLength ? BinaryPrimitives.ReadInt64LittleEndian(header[16..]) : 0;

    /// <summary>Finds the header of a frame, and checks that it is one, is whole, and belongs to the key.</summary>
    private static bool TryCheckHeader(long keyHash, ReadOnlySpan<byte> bytes, out int headerLength, out string? problem)
    {
        headerLength = 0;
        problem = bytes.Length < FixedLength ? "it is too short"
            : bytes[0] != Magic ? "it is not an entry of Larder"
            : bytes[1] != FrameVersion ? $"its frame version {bytes[1]} is not known"
            : null;
        if (problem is not null)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[56..]);
        if (length is < FixedLength or > Limits.MaxHeaderLength)
        {
            problem = Malformed;
            return false;
        }

        headerLength = (int)length;
        if (headerLength > bytes.Length)
        {
            return false;
        }

        var header = bytes[..headerLength];
        problem = BinaryPrimitives.ReadUInt32LittleEndian(header[HeaderChecksumAt..]) != HeaderChecksumOf(header) ? "its checksum does not match"
            : BinaryPrimitives.ReadInt64LittleEndian(header[40..]) != keyHash ? "it belongs to another key"
            : null;
        return problem is null;
    }

    private static uint HeaderChecksumOf(ReadOnlySpan<byte> header) =>
        Crc32C.Of(header[((PayloadFormat)header[3] == PayloadFormat.Integer ? 32 : 16)..], header[..HeaderChecksumAt]);

    private static uint ChecksumOf(PayloadFormat format, ReadOnlySpan<byte> payload)
    {
        if (format != PayloadFormat.Integer)
        {
            return Crc32C.Of(payload, default);
        }

        uint low = 1, high = 0;
        foreach (var digit in payload)
        {
            low = (low + digit) % 65521;
            high = (high + low) % 65521;
        }

        return (high << 16) | low;
    }

    private static void WriteNumbers(Span<byte> bytes, ReadOnlySpan<long> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes[(8 * i)..], numbers[i]);
        }
    }

    private void WriteTags(Span<byte> header, int at)
    {
        if (Tags.Length == 0)
        {
            return;
        }

        BinaryPrimitives.WriteInt64LittleEndian(header[at..], TagStamp);
        at += TagStampLength;
        foreach (var (name, incarnation) in Tags)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header[at..], incarnation);
            var length = Encoding.UTF8.GetBytes(name, header[(at + TagLength)..]);
            BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 8)..], (ushort)length);
            at += TagLength + length;
        }
    }

    /// <summary>Reads the fields, and checks what the checksum does not: that a faulty program wrote no header that contradicts itself.</summary>
    private static bool TryReadHeader(ReadOnlySpan<byte> header, ReadOnlyMemory<byte> payload, out EntryFrame frame)
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        var hasExtras = (flags & ExtrasFlag) != 0;
        var copyLifeAt = FixedLength + (hasExtras ? ExtrasLength : 0);
        var uncompressedLengthAt = copyLifeAt + ((flags & CopyLifeFlag) != 0 ? CopyLifeLength : 0);
        var at = uncompressedLengthAt + ((flags & CompressedFlag) != 0 ? UncompressedLengthLength : 0);
        if (at > header.Length || !TryReadTags(header, at, out var stamp, out var tags))
        {
            frame = default;
            return false;
        }

        var expiresAt = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        var extras = hasExtras ? header[FixedLength..] : default;
        frame = new EntryFrame
        {
            Kind = (FrameKind)header[2],
            IsStale = (flags & StaleFlag) != 0,
            Revision = BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            WriteId = BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
            ExpiresAt = expiresAt,
            KeepsExtras = hasExtras,
            CapAt = hasExtras ? BinaryPrimitives.ReadInt64LittleEndian(extras) : expiresAt,
            SlidingMs = hasExtras ? BinaryPrimitives.ReadInt64LittleEndian(extras[8..]) : 0,
            MaxStaleMs = hasExtras ? BinaryPrimitives.ReadInt64LittleEndian(extras[16..]) : 0,
            RefreshAt = hasExtras ? BinaryPrimitives.ReadInt64LittleEndian(extras[24..]) : long.MaxValue,
            XFetchMs = hasExtras ? BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(extras[32..])) : 0,
            CopyLifeMs = (flags & CopyLifeFlag) != 0 ? BinaryPrimitives.ReadInt64LittleEndian(header[copyLifeAt..]) : long.MaxValue,
            TagStamp = stamp,
            Tags = tags,
            UncompressedLength = (flags & CompressedFlag) != 0 ? (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32LittleEndian(header[uncompressedLengthAt..])) : 0,
            StoredAt = BinaryPrimitives.ReadUInt32LittleEndian(header[StoredAtAt..]) * 1_000L,
            Value = new StoredValue(payload, (PayloadFormat)header[3], BinaryPrimitives.ReadInt64LittleEndian(header[48..])),
        };
        return frame is { Kind: FrameKind.Entry or FrameKind.Lease or FrameKind.Internal or FrameKind.Failure, ExpiresAt: >= 0, MaxStaleMs: >= 0, CopyLifeMs: >= 0 }
            && (frame.Kind != FrameKind.Entry || frame.WriteId != 0);
    }

    private static bool TryReadTags(ReadOnlySpan<byte> header, int at, out long stamp, out FrameTag[] tags)
    {
        (stamp, tags) = (0, []);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (count == 0)
        {
            return at == header.Length;
        }

        if (at + TagStampLength + (count * TagLength) > header.Length)
        {
            return false;
        }

        stamp = BinaryPrimitives.ReadInt64LittleEndian(header[at..]);
        at += TagStampLength;
        tags = new FrameTag[count];
        for (var i = 0; i < count; i++)
        {
            if (at + TagLength > header.Length)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16LittleEndian(header[(at + 8)..]);
            if (at + TagLength + length > header.Length)
            {
                return false;
            }

            tags[i] = new FrameTag(Encoding.UTF8.GetString(header.Slice(at + TagLength, length)), BinaryPrimitives.ReadInt64LittleEndian(header[at..]));
            at += TagLength + length;
        }

        return at == header.Length;
    }
}
