using System.Security.Cryptography;
using System.Text;
using ApiExplorer.Database;

namespace ApiExplorer.Caching;

/// <summary>The named caches of the application.</summary>
internal static class CacheNames
{
    public const string Catalog = "catalog";

    /// <summary>Names the catalogue in a shared store, where entries outlive the process: those of another file, or of an earlier import, are not to be found.</summary>
    public static string PrefixOf(string databasePath)
    {
        using var session = new DatabaseSession(databasePath);
        var signature = session.QueryFirst("SELECT signature FROM catalog", static row => row.GetString(0));
        var identity = SHA256.HashData(Encoding.UTF8.GetBytes($"{File.GetCreationTimeUtc(databasePath).Ticks} {signature}"));
        return $"{Catalog}-{Convert.ToHexStringLower(identity.AsSpan(0, 8))}";
    }
}
