namespace Larder;

/// <summary>An entry that left without being asked to.</summary>
/// <param name="Key">Its key, with the prefix of the view.</param>
/// <param name="Reason">Why it left.</param>
public readonly record struct CacheEviction(string Key, EvictionReason Reason);
