namespace Larder;

/// <summary>The places that a cache keeps an entry in: the memory of each process, and the store that the processes share.</summary>
[Flags]
public enum CacheTiers
{
    /// <summary>Nowhere: a value is handed to its callers and not stored, and what was there before is removed.</summary>
    None = 0,

    /// <summary>The memory of the process. Without <see cref="Shared"/>, the entry lives in the process that stored it, and the others know nothing of it.</summary>
    Memory = 1,

    /// <summary>The shared store. Without <see cref="Memory"/>, no process keeps a copy, and each read asks the store.</summary>
    Shared = 2,

    /// <summary>Both.</summary>
    All = Memory | Shared,
}
