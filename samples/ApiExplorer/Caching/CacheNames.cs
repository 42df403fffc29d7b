namespace ApiExplorer.Caching;

/// <summary>The named caches of the application.</summary>
internal static class CacheNames
{
    public const string Catalog = "catalog";
}
