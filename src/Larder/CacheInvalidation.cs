namespace Larder;

/// <summary>An invalidation that a caller asked for.</summary>
/// <param name="Target">What it concerned.</param>
/// <param name="What">The key, pattern or tag; for <see cref="InvalidationTarget.All"/> the prefix that was cleared.</param>
/// <param name="IsLazy">Whether entries were marked stale rather than removed.</param>
public readonly record struct CacheInvalidation(InvalidationTarget Target, string What, bool IsLazy);
