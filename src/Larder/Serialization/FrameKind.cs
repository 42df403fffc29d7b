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

    /// <summary>The end of a load that failed, for those who wait for it: absent for every operation. Its write id is the revision of the lease, its value the type of the exception.</summary>
    Failure = 4,
}
