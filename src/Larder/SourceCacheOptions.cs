namespace Larder;

/// <summary>How a cache works over its source. Values are checked when the cache is made.</summary>
public sealed class SourceCacheOptions
{
    /// <summary>Gets or sets how values are stored: time to live, tags, policy. Default: as the cache says.</summary>
    public CacheEntryOptions Entry { get; set; }

    /// <summary>Gets or sets how long the source may take for a write; then its token is cancelled. Above zero. Default: 30 seconds.</summary>
    public TimeSpan SaveTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how writes are queued and delivered later. Default: <see langword="null"/>, each write goes to the source before the call returns (write-through).</summary>
    public WriteBehindOptions? WriteBehind { get; set; }
}
