using System.Security.Cryptography;
using System.Text;

namespace ApiExplorer.Caching;

/// <summary>The named caches of the application.</summary>
internal static class CacheNames
{
    public const string Catalog = "catalog";

    /// <summary>Names the catalogue in a shared store, where entries outlive the process: those of another catalogue, or of an earlier import, are not to be found.</summary>
    public static string PrefixOf(string catalogIdentity)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(catalogIdentity));
        return $"{Catalog}-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }
}
