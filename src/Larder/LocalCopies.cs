namespace Larder;

/// <summary>Whether a cache that is shared with other processes keeps copies in memory, and how they are kept in step.</summary>
public enum LocalCopies
{
    /// <summary>There are none: the memory is all there is, or each read goes to the shared store.</summary>
    None,

    /// <summary>There is no proof at the moment that changes elsewhere would be heard of: reads go to the shared store.</summary>
    Suspect,

    /// <summary>The store tells of changes of what was read, whoever makes them.</summary>
    Tracked,

    /// <summary>The store tells of all changes, whoever makes them.</summary>
    Broadcast,

    /// <summary>The processes that use the cache tell each other of changes; those that other programs make are not heard of.</summary>
    Channel,
}
