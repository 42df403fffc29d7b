using Larder.Loading;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Adapters;

/// <summary>The options of a call to a HybridCache, merged with the defaults, in the terms of the cache.</summary>
/// <param name="Flags">The flags.</param>
/// <param name="Reads">Where the value is looked for.</param>
/// <param name="Writes">Where it is kept.</param>
/// <param name="Settings">How it is kept.</param>
internal sealed record HybridEntry(HybridCacheEntryFlags Flags, CacheTiers Reads, CacheTiers Writes, EntrySettings Settings)
{
    /// <summary>Gets whether the value is loaded although the place where it would be found is not read.</summary>
    public required bool IsForced { get; init; }

    /// <summary>Gets whether nothing but the places that were asked for is changed by a read.</summary>
    public bool LeavesNoCopy => (Flags & HybridCacheEntryFlags.DisableLocalCacheWrite) != 0;

    /// <summary>Gets whether there is nothing to load.</summary>
    public bool OnlyReads => (Flags & HybridCacheEntryFlags.DisableUnderlyingData) != 0;

    /// <summary>Gets which calls share a load: those whose flags are the same, as far as they make a difference. Without any, a load is shared with other callers of the cache.</summary>
    public required byte Variant { get; init; }
}
