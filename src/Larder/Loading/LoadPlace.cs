namespace Larder.Loading;

/// <summary>Where a load that runs can be joined: only those share one that ask for the same in the same way.</summary>
/// <param name="Key">The key.</param>
/// <param name="Variant">How the value is looked for and kept, in the numbers of an adapter; zero for the cache's own callers.</param>
internal readonly record struct LoadPlace(string Key, byte Variant = 0);
