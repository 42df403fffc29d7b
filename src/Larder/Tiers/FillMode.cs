namespace Larder.Tiers;

/// <summary>What the beginning of a load does when another process loads the same key.</summary>
internal enum FillMode : byte
{
    /// <summary>Waits until the other has ended: there may be a value then.</summary>
    Wait,

    /// <summary>Waits for a moment only, and loads beside the other then: the load is made by a loader, for which the other may be waiting.</summary>
    WaitBriefly,

    /// <summary>Does not wait: the other one's load will do.</summary>
    Skip,

    /// <summary>Loads in any case, and stores in place of the other.</summary>
    Always,
}
