namespace Larder.Serialization;

/// <summary>What a stored record is.</summary>
internal enum FrameKind : byte
{
    /// <summary>An entry.</summary>
    Entry = 1,

    /// <summary>A placeholder for a load under way: absent for every operation, and its version is the ticket of the load.</summary>
    Lease = 2,

    /// <summary>A record of the cache itself, such as that of a tag.</summary>
    Internal = 3,
}
