namespace Larder.Tiers;

/// <summary>What a read is for.</summary>
internal enum ReadIntent : byte
{
    /// <summary>A caller's read: counts as a use of the entry, and prolongs a sliding one.</summary>
    Get,

    /// <summary>A look that leaves no trace.</summary>
    Peek,
}
