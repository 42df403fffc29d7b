using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>
/// The settings of one cache. They are read and checked once, when the cache is made; later changes have no effect.
/// </summary>
/// <remarks>
/// In configuration and environment they stand under <c>Larder</c> (<c>Larder__TimeToLive</c>), those of a named cache under
/// <c>Larder:Caches:name</c>. A duration is written <c>00:05:00</c> or <c>300s</c>, a size <c>256MiB</c>; a bare number is refused for both.
/// </remarks>
public sealed class CacheOptions
{
    private CopyMode? _copy;

    /// <summary>Gets or sets whether the cache caches. When <see langword="false"/>, every read misses and every load runs; call sites stay as they are. Default: <see langword="true"/>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Gets or sets the prefix of all keys of the cache in a store that is shared with others; in the memory of the process it shows nowhere.
    /// 1 to 256 characters without <c>!</c>; for a shared store without <c>:</c> too, which separates it from the keys. In a container <c>{ApplicationName}</c> and <c>{EnvironmentName}</c> are replaced by those of the host. Default: the name of the cache.
    /// </summary>
    public string? Prefix { get; set; }

    /// <summary>
    /// Gets or sets how long an entry lives when nothing else is said. Above zero, or <see cref="CacheTtl.Never"/>. Default: 5 minutes. Together
    /// with <see cref="SlidingExpiration"/> the absolute cap, if it was set.
    /// </summary>
    public TimeSpan TimeToLive
    {
        get => ExplicitTimeToLive ?? CacheTtl.Short;
        set => ExplicitTimeToLive = value;
    }

    internal TimeSpan? ExplicitTimeToLive { get; private set; }

    /// <summary>Gets or sets the window by which each read prolongs the life of an entry; see <see cref="CachePolicy.SlidingExpiration"/>. Above zero. Default: none.</summary>
    public TimeSpan? SlidingExpiration { get; set; }

    /// <summary>
    /// Gets or sets how long a process uses its copy of an entry before it reads the shared store again; see <see cref="CachePolicy.MemoryTimeToLive"/>. Above zero, or
    /// <see cref="CacheTtl.Never"/>. Default: as long as the entry lives.
    /// </summary>
    public TimeSpan? MemoryTimeToLive { get; set; }

    /// <summary>Gets or sets the fraction by which times to live are shortened at random. 0 to 0.9; default 0.</summary>
    public double TimeToLiveJitter { get; set; }

    /// <summary>Gets or sets the time to live of a loaded <see langword="null"/>. Above zero. Default: that of other values.</summary>
    public TimeSpan? NegativeTimeToLive { get; set; }

    /// <summary>Gets or sets whether a loaded <see langword="null"/> is stored. Default: <see langword="true"/>.</summary>
    public bool StoreNull { get; set; } = true;

    /// <summary>Gets or sets how long after its expiry a value may be served by get-or-create; see <see cref="CachePolicy.MaxStale"/>. Zero or above. Default: zero, never.</summary>
    public TimeSpan MaxStale { get; set; }

    /// <summary>Gets or sets whether an expired value within <see cref="MaxStale"/> is served at once while it is loaded. Default: <see langword="false"/>, only when the load fails.</summary>
    public bool StaleWhileRevalidate { get; set; }

    /// <summary>Gets or sets when fresh entries are loaded anew in the background. Default: never.</summary>
    public EarlyRefresh EarlyRefresh { get; set; }

    /// <summary>Gets or sets how long a load may take. Above zero. Default: 30 seconds.</summary>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long a caller waits for a load while a stale value is at hand. Above zero. Default: as long as the load takes.</summary>
    public TimeSpan? SoftTimeout { get; set; }

    /// <summary>Gets or sets how long a stale value is served without another try after a failed load. Zero or above. Default: 1 second.</summary>
    public TimeSpan FailurePause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets how many loads run at the same time; others wait for a place. A load started by another load does not count. At least
    /// 1. Default: no limit.
    /// </summary>
    public int? MaxConcurrentLoads { get; set; }

    /// <summary>Gets or sets how many loads run at the same time in the background; further ones are left out until the next read. 1 to 10,000; default 64.</summary>
    public int MaxConcurrentRefreshes { get; set; } = 64;

    /// <summary>Gets or sets how many UTF-16 characters a key may have, with its prefix. 16 to 65,536; default 1,024.</summary>
    public int MaxKeyLength { get; set; } = Limits.DefaultMaxLength;

    /// <summary>Gets or sets how many UTF-16 characters a tag may have. 16 to 1,024; default 1,024.</summary>
    public int MaxTagLength { get; set; } = Limits.DefaultMaxLength;

    /// <summary>Gets or sets how many tags an entry may carry. 1 to 1,024; default 32.</summary>
    public int MaxTagsPerEntry { get; set; } = 32;

    /// <summary>
    /// Gets or sets what becomes of delayed invalidations that are still open when the cache is disposed. <see langword="true"/>: they are kept in the shared store and done when they are
    /// due, by a process that then has this cache and this setting, or within half a minute after one begins. <see langword="false"/>, the default, and always in memory: they are done at once.
    /// </summary>
    public bool PersistDelayedInvalidations { get; set; }

    /// <summary>
    /// Gets or sets whether readers of a value in memory get the instance that is there, or a copy. Default: <see cref="CopyMode.Never"/>; <see cref="CopyMode.WhenMutable"/> for a cache that is
    /// used as a <see cref="Microsoft.Extensions.Caching.Hybrid.HybridCache"/>.
    /// </summary>
    public CopyMode Copy
    {
        get => _copy ?? DefaultCopy;
        set => _copy = value;
    }

    /// <summary>Gets the bounds of the memory tier.</summary>
    public MemoryOptions Memory { get; private set; } = new();

    /// <summary>Gets or sets what turns values into bytes, for tiers that store bytes. Default: System.Text.Json.</summary>
    public Serialization.ICacheSerializer? Serializer { get; set; }

    /// <summary>
    /// Gets further serializers, which only read: the values that were written by others of their <see cref="Serialization.ICacheSerializer.FormatId"/>, so that a fleet can change from one
    /// serializer to another without losing its entries. Each has a format id of its own. Default: none.
    /// </summary>
    public IList<Serialization.ICacheSerializer> AdditionalSerializers { get; private set; } = [];

    /// <summary>Gets or sets what tells the time; a fake one in tests. In a container: the registered one. Default: the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Gets or sets where the cache logs. In a container: the registered one. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Gets or sets what makes the tier that the cache shares with other processes; <see langword="null"/> for a cache in memory.</summary>
    internal Tiers.SharedTierFactory? SharedTier { get; set; }

    /// <summary>Gets the settings of a shared tier that were read before anything had said which tier it is.</summary>
    internal List<Tiers.SharedTierSetting> SharedTierSettings { get; private set; } = [];

    /// <summary>Gets or sets what <see cref="Copy"/> is when nobody has set it.</summary>
    internal CopyMode DefaultCopy { get; set; }

    /// <summary>Gets or sets serializers for single types, which count more than <see cref="Serializer"/>.</summary>
    internal Serialization.ITypedSerializers? TypedSerializers { get; set; }

    /// <summary>Gets or sets the serializers that these settings name, once somebody has asked for them; see <see cref="Serialization.SerializerSet.Of"/>.</summary>
    internal Serialization.SerializerSet? SerializerSet { get; set; }

    /// <summary>Makes settings for a cache, which later changes of these do not reach.</summary>
    internal CacheOptions Snapshot()
    {
        var copy = (CacheOptions)MemberwiseClone();
        copy.Memory = Memory.Copy();
        copy.AdditionalSerializers = [.. AdditionalSerializers];
        copy.SerializerSet = null;
        copy.SharedTierSettings = [.. SharedTierSettings];
        return copy;
    }
}
