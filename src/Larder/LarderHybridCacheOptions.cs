using Microsoft.Extensions.Caching.Hybrid;

namespace Larder;

/// <summary>The settings of a cache that is used as a <see cref="HybridCache"/>, with the names and defaults that Microsoft's implementation has.</summary>
public sealed class LarderHybridCacheOptions
{
    /// <summary>
    /// Gets or sets what is not said at a call. Default: the time to live of the cache, and no flags. Flags of a call replace these; they are not added to them.
    /// </summary>
    public HybridCacheEntryOptions? DefaultEntryOptions { get; set; }

    /// <summary>
    /// Gets or sets how many bytes a value may have, serialized, to be kept in the shared store. A larger one is handed out and kept in the memory of the process only. At least 1; default 1 MiB.
    /// </summary>
    public int MaximumPayloadBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets how many UTF-16 characters a key may have. A longer one is logged and not cached. At least 1; default 1,024.</summary>
    public int MaximumKeyLength { get; set; } = Limits.DefaultMaxLength;

    /// <summary>Gets or sets whether large values are stored as they are; otherwise they are compressed as the shared store says. Default: <see langword="false"/>.</summary>
    public bool DisableCompression { get; set; }
}
