namespace Larder.AspNetCore.OutputCaching;

/// <summary>Under which a request keeps the load of a response that it makes.</summary>
/// <param name="Store">The store that asked.</param>
/// <param name="Key">The key of output caching.</param>
internal readonly record struct PendingResponse(CacheOutputStore Store, string Key);
