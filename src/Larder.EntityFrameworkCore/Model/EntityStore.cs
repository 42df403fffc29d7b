using System.Collections.Concurrent;
using Larder.EntityFrameworkCore.Reading;
using Larder.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Larder.EntityFrameworkCore.Model;

/// <summary>The rows of one entity type, or of the root of a hierarchy, as a store of the cache. Its name is that of its table, so that all contexts that map the table share it.</summary>
internal sealed class EntityStore
{
    private const int MaxTenantLength = 100;

    private readonly StoreCore _stores;
    private readonly StoreSpace _space;
    private readonly ConcurrentDictionary<string, StoreSpace> _ofTenants = new(StringComparer.Ordinal);
    private readonly Lazy<RowShapes> _shapes;
    private readonly Lazy<EntityFilters> _filters;
    private readonly Lazy<string> _modelHash;
    private readonly Lazy<CachePolicy> _policy;

    public EntityStore(IEntityType root, StoreCore stores, StoreOptions options, string? provider, Func<IModel> design)
    {
        (Root, Options, _stores) = (root, options, stores);
        Name = NameOf(root);
        Key = root.FindPrimaryKey() is { } key ? new EntityKey(key, provider, design) : null;
        StoreOptionsValidator.ThrowIfInvalid(Name, options);
        _space = NewSpace(Name);
        _filters = new Lazy<EntityFilters>(() => new EntityFilters(root));
        _modelHash = new Lazy<string>(() => HashOf(root, _filters.Value.Text, provider));
        _shapes = new Lazy<RowShapes>(() => new RowShapes(root, ModelHash));
        Loader = EntityLoader.Of(this);
        _policy = new Lazy<CachePolicy>(() => Foreground with { TimeToLive = options.TimeToLive, StoreNull = RemembersAbsence, NegativeTimeToLive = RemembersAbsence ? options.NegativeTimeToLive : null });
    }

    /// <summary>Gets the policy of what is loaded on the context of a caller, which must not be used behind its back.</summary>
    public static CachePolicy Foreground { get; } = new() { MaxStale = TimeSpan.Zero, StaleWhileRevalidate = false, EarlyRefresh = EarlyRefresh.None };

    public IEntityType Root { get; }

    public StoreOptions Options { get; }

    public string Name { get; }

    /// <summary>Gets the key; <see langword="null"/> for types without one, which are cached in queries only.</summary>
    public EntityKey? Key { get; }

    public EntityLoader Loader { get; }

    /// <summary>Gets how rows become bytes.</summary>
    /// <exception cref="InvalidOperationException">A property has a type that cannot be stored.</exception>
    public RowShapes Shapes => _shapes.Value;

    /// <summary>Gets what changes when the type changes.</summary>
    public string ModelHash => _modelHash.Value;

    /// <summary>Gets the query filters of the type.</summary>
    public EntityFilters Filters => _filters.Value;

    /// <summary>Gets how rows are kept.</summary>
    public CachePolicy Policy => _policy.Value;

    /// <summary>Gets the stores whose rows depend on these.</summary>
    public HashSet<EntityStore> Dependents { get; } = [];

    /// <summary>Gets the stores whose rows the database deletes or changes when rows of this one are deleted.</summary>
    public HashSet<EntityStore> Cascades { get; } = [];

    /// <summary>Gets whether absent rows are remembered.</summary>
    public bool RemembersAbsence => Options.NegativeTimeToLive is not null && Key is { IsPlain: true } && !Filters.Any;

    /// <summary>Gets where the entries are, for a database of several.</summary>
    /// <param name="tenant">Which database; <see langword="null"/> where there is one.</param>
    public StoreSpace SpaceOf(string? tenant) => tenant is null
        ? _space
        : _ofTenants.GetOrAdd(tenant, static (tenant, store) => store.NewSpace($"{TenantText(tenant)}/{store.Name}"), this);

    private StoreSpace NewSpace(string name) => new(name, Options.Consistency, _stores.CountersOf(Name));

    private static string TenantText(string tenant)
    {
        var text = StoreId.Of(tenant).Replace("/", "%2F", StringComparison.Ordinal);
        return text.Length <= MaxTenantLength ? text : "%" + QueryHash.Of("tenant", [tenant]);
    }

    private static string NameOf(IEntityType root)
    {
        var name = root.GetSchemaQualifiedTableName() ?? root.GetSchemaQualifiedViewName() ?? root.ShortName();
        return name.Replace("%", "%25", StringComparison.Ordinal).Replace(":", "%3A", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
    }

    private static string HashOf(IEntityType root, string filters, string? provider)
    {
        var types = root.GetDerivedTypesInclusive().SelectMany(type => OwnedBy(type).Prepend(type)).Distinct();
        return QueryHash.Of("model", [provider, filters, .. types.Select(type => type.ToDebugString(MetadataDebugStringOptions.LongDefault))]);
    }

    private static IEnumerable<IEntityType> OwnedBy(IEntityType type) =>
        type.GetNavigations().Where(navigation => navigation.ForeignKey.IsOwnership && !navigation.IsOnDependent)
            .SelectMany(navigation => OwnedBy(navigation.TargetEntityType).Prepend(navigation.TargetEntityType));
}
