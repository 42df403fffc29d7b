namespace Larder;

/// <summary>Which entry makes room when there is none.</summary>
public enum EvictionPolicy
{
    /// <summary>
    /// The one that is least likely to be asked for again, by how often and how recently it was: W-TinyLFU. A scan through many keys does
    /// not push out what is in use. The default.
    /// </summary>
    TinyLfu,

    /// <summary>The least recently used one, exactly. Reads take a lock, and a scan pushes out everything.</summary>
    Lru,
}
