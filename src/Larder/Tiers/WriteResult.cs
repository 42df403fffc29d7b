namespace Larder.Tiers;

/// <summary>What a write did.</summary>
/// <param name="Version">The version of the new entry; zero when the condition did not hold.</param>
/// <param name="Previous">The entry before.</param>
internal readonly record struct WriteResult<T>(long Version, CacheResult<T> Previous);
