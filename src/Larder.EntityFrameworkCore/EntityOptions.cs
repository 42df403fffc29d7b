namespace Larder.EntityFrameworkCore;

/// <summary>How one entity type is cached.</summary>
public sealed class EntityOptions
{
    private readonly List<Type> _dependencies = [];

    /// <summary>Gets or sets whether finds and queries go through the cache; writes invalidate in any case. Default: <see langword="true"/>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Gets or sets how long rows live. Above zero, or <see cref="CacheTtl.Never"/>. Default: that of <see cref="EntityCacheOptions.TimeToLive"/>.</summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>
    /// Gets or sets how long it is remembered that there is no row. Above zero. It counts for keys of integers, <see cref="Guid"/>, booleans and dates, of types without a query filter; with others
    /// the database is asked. Default: <see langword="null"/>, not at all.
    /// </summary>
    public TimeSpan? NegativeTimeToLive { get; set; }

    /// <summary>Gets or sets what is promised when rows change. Default: that of <see cref="EntityCacheOptions.Consistency"/>.</summary>
    public StoreConsistency? Consistency { get; set; }

    internal IReadOnlyList<Type> Dependencies => _dependencies;

    /// <summary>Says that the rows depend on those of another entity type, as those of a view do, or of a table that a trigger writes: any change there drops all rows and queries here.</summary>
    /// <typeparam name="TOther">The other entity type.</typeparam>
    /// <returns>These options.</returns>
    public EntityOptions DependsOn<TOther>()
        where TOther : class
    {
        _dependencies.Add(typeof(TOther));
        return this;
    }
}
