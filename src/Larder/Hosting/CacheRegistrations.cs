namespace Larder.Hosting;

/// <summary>What the application's code says of its caches.</summary>
internal sealed class CacheRegistrations
{
    public List<Action<CacheOptions>> ForAll { get; } = [];

    public Dictionary<string, Action<CacheOptions>?> Named { get; } = new(StringComparer.Ordinal);
}
