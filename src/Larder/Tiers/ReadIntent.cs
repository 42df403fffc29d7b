namespace Larder.Tiers;

/// <summary>What a read is for.</summary>
internal enum ReadIntent : byte
{
    /// <summary>A caller's read: counts as a use of the entry, and prolongs a sliding one.</summary>
    Get,

    /// <summary>A read of get-or-create: as a caller's read, and it can be given a value in reserve in place of a long wait.</summary>
    GetOrCreate,

    /// <summary>A look that leaves no trace.</summary>
    Peek,
}
