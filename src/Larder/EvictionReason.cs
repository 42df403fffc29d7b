namespace Larder;

/// <summary>Why an entry left memory without being asked to.</summary>
public enum EvictionReason
{
    /// <summary>Its time to live was over.</summary>
    Expired,

    /// <summary>There were more entries than <see cref="MemoryOptions.MaxEntries"/>.</summary>
    EntryLimit,

    /// <summary>The entries were heavier than <see cref="MemoryOptions.MaxBytes"/>.</summary>
    ByteLimit,

    /// <summary>The entry alone was heavier than <see cref="MemoryOptions.MaxBytes"/>, and was not kept.</summary>
    TooLarge,

    /// <summary>One of its tags was invalidated, and its memory was reclaimed.</summary>
    TagInvalidated,

    /// <summary>Memory was short, and <see cref="MemoryOptions.TrimOnMemoryPressure"/> is set.</summary>
    MemoryPressure,
}
