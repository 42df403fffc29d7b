using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Larder.EntityFrameworkCore;

/// <summary>How the entities of a <see cref="DbContext"/> are cached. Values are checked when the context is first used.</summary>
public sealed class EntityCacheOptions
{
    private readonly SortedDictionary<string, (Type Type, EntityOptions Options)> _entities = new(StringComparer.Ordinal);
    private string? _fingerprint;

    /// <summary>Gets or sets how long rows live. Above zero, or <see cref="CacheTtl.Never"/>. Default: as the cache says.</summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>Gets or sets what is promised when rows change. Default: <see cref="StoreConsistency.AfterCommit"/>.</summary>
    public StoreConsistency Consistency { get; set; }

    /// <summary>
    /// Gets or sets, for <see cref="StoreConsistency.Strict"/>, how long a write intent outlives a writer that died: longer than a command and its commit take. Of the stores of one cache the longest
    /// counts. 1 second to 1 hour; default 30 seconds.
    /// </summary>
    public TimeSpan IntentLife { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets which database a context works on, where contexts of one type work on several: a tenant, a shard. It becomes part of all keys. Not needed for tenants in one table that a
    /// query filter separates. Default: all contexts work on one database.
    /// </summary>
    public Func<DbContext, string?>? Tenant { get; set; }

    /// <summary>Sets how one entity type is cached.</summary>
    /// <typeparam name="TEntity">The type; of a hierarchy its root.</typeparam>
    /// <param name="configure">Changes its options.</param>
    /// <returns>These options.</returns>
    public EntityCacheOptions Entity<TEntity>(Action<EntityOptions> configure)
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        var name = typeof(TEntity).AssemblyQualifiedName!;
        if (!_entities.TryGetValue(name, out var entity))
        {
            _entities[name] = entity = (typeof(TEntity), new EntityOptions());
        }

        configure(entity.Options);
        return this;
    }

    internal IEnumerable<(Type Type, EntityOptions Options)> Entities => _entities.Values;

    /// <summary>Gets a text that is the same for the same settings, save <see cref="Tenant"/>, which each context is asked for.</summary>
    internal string Fingerprint => _fingerprint ??= MakeFingerprint();

    internal EntityOptions? Find(Type type) => _entities.TryGetValue(type.AssemblyQualifiedName!, out var entity) ? entity.Options : null;

    /// <summary>Gets the settings of the store of an entity type.</summary>
    internal StoreOptions StoreOptionsOf(Type type)
    {
        var own = Find(type);
        return new StoreOptions
        {
            Enabled = own?.Enabled ?? true,
            TimeToLive = own?.TimeToLive ?? TimeToLive,
            NegativeTimeToLive = own?.NegativeTimeToLive,
            Consistency = own?.Consistency ?? Consistency,
            IntentLife = IntentLife,
        };
    }

    private string MakeFingerprint()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{TimeToLive}|{Consistency}|{IntentLife}");
        foreach (var (name, (_, options)) in _entities)
        {
            text.Append(CultureInfo.InvariantCulture, $"|{name}|{options.Enabled}|{options.TimeToLive}|{options.NegativeTimeToLive}|{options.Consistency}|");
            text.AppendJoin(',', options.Dependencies.Select(type => type.AssemblyQualifiedName));
        }

        return text.ToString();
    }
}
