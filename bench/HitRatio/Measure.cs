namespace Larder.HitRatio;

/// <summary>What bounds the cache of a row, and what its hit ratio counts.</summary>
internal enum Measure
{
    /// <summary>A number of entries; the ratio counts requests.</summary>
    Entries,

    /// <summary>A number of bytes; the ratio counts requests.</summary>
    BytesByRequest,

    /// <summary>A number of bytes; the ratio counts bytes.</summary>
    BytesByByte,
}
