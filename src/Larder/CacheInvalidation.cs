namespace Larder;

/// <summary>An invalidation that a caller asked for.</summary>
/// <param name="Target">What it concerned.</param>
/// <param name="What">The key or pattern with the prefix of the view, or the tag; for <see cref="InvalidationTarget.All"/> the prefix that was cleared.</param>
/// <param name="IsLazy">Whether entries were marked stale rather than removed.</param>
public readonly record struct CacheInvalidation(InvalidationTarget Target, string What, bool IsLazy);
