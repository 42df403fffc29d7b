namespace ApiExplorer.Caching;

/// <summary>The names under which rows are cached, and the tag of what is built from them.</summary>
internal static class CacheKeys
{
    public const string Types = "types";

    public const string Notes = "notes";

    /// <summary>
    /// A store gives its queries this tag, and invalidates it when any of its rows changes. Finished documents are no queries of the
    /// store, but carry its tag: whatever drops types drops what was built from them, and a hit is one read of the cache.
    /// </summary>
    public const string BuiltFromTypes = Types + ":query";
}
