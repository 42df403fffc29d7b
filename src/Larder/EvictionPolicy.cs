namespace Larder;

/// <summary>Which entry makes room when there is none.</summary>
public enum EvictionPolicy
{
    /// <summary>
    /// The one that is least likely to be asked for again, by how often and how recently it was: W-TinyLFU. A scan through many keys does
    /// not push out what is in use. The default.
    /// </summary>
    TinyLfu,

    /// <summary>
    /// The least recently used one of the shard in which room is needed, exactly; a cache of fewer than 1,024 entries has one shard. Reads take the
    /// lock of a shard, and a scan pushes out everything.
    /// </summary>
    Lru,
}
