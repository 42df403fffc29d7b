using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Larder.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Larder.EntityFrameworkCore.Model;

/// <summary>The stores of a model in one cache: which entity type belongs to which, and what a change of one does to others.</summary>
internal sealed class CachedModel
{
    private static readonly ConditionalWeakTable<IModel, ConditionalWeakTable<StoreCore, ConcurrentDictionary<string, CachedModel>>> s_models = [];

    private readonly Dictionary<IEntityType, EntityStore> _byType = [];

    private CachedModel(DbContext context, StoreCore stores, EntityCacheOptions options)
    {
        var model = context.Model;
        Provider = context.Database.ProviderName;
        foreach (var type in model.GetEntityTypes().Where(type => type.BaseType is null && !type.IsOwned()))
        {
            var store = new EntityStore(type, stores, options.StoreOptionsOf(type.ClrType), Provider, () => context.GetService<IDesignTimeModel>().Model);
            Stores.Add(store);
            foreach (var derived in type.GetDerivedTypesInclusive())
            {
                _byType[derived] = store;
            }
        }

        foreach (var owned in model.GetEntityTypes().Where(type => type.IsOwned()))
        {
            _byType[owned] = _byType[OwnedKey.OwnerOf(owned)];
        }

        foreach (var store in Stores)
        {
            AddCascades(store, store.Root.GetDerivedTypesInclusive(), [store]);
        }

        AddDependents(model, options);
        OwnedKeys = _byType.Keys.Where(type => type.IsOwned()).ToDictionary(type => type, OwnedKey.Of);
        Targets = new SqlTargets(this, context.GetService<ISqlGenerationHelper>());
        IsStrict = Stores.Exists(store => store.Options.Consistency == StoreConsistency.Strict);
        HasOutbox = Stores.Exists(store => store.Options.Consistency == StoreConsistency.Outbox);
        stores.IntentLife = options.IntentLife > stores.IntentLife ? options.IntentLife : stores.IntentLife;
    }

    public string? Provider { get; }

    public List<EntityStore> Stores { get; } = [];

    /// <summary>Gets, for owned types, which of their properties hold the key of the row that they belong to.</summary>
    public IReadOnlyDictionary<IEntityType, IReadOnlyList<IProperty>?> OwnedKeys { get; }

    public IEnumerable<KeyValuePair<IEntityType, EntityStore>> Types => _byType;

    public SqlTargets Targets { get; }

    public bool IsStrict { get; }

    public bool HasOutbox { get; }

    /// <summary>Gets whether somebody must know before a commit what it is of.</summary>
    public bool Announces => IsStrict || HasOutbox;

    public static CachedModel Of(DbContext context, StoreCore stores, EntityCacheOptions options) =>
        s_models.GetOrCreateValue(context.Model).GetOrCreateValue(stores).GetOrAdd(options.Fingerprint, static (_, call) => new CachedModel(call.context, call.stores, call.options), (context, stores, options));

    public EntityStore StoreOf(IEntityType type) => _byType[type];

    public IEnumerable<EntityStore> StoresOf(Type type) => _byType.Where(pair => type.IsAssignableFrom(pair.Key.ClrType) || pair.Key.ClrType.IsAssignableFrom(type)).Select(pair => pair.Value).Distinct();

    /// <summary>Adds a row that is written, and what follows from it.</summary>
    /// <param name="changes">Takes note.</param>
    /// <param name="tenant">Which database.</param>
    /// <param name="store">The store of the row.</param>
    /// <param name="id">The text of its key; <see langword="null"/> when it is not known.</param>
    /// <param name="kind">How it is written.</param>
    /// <param name="isTold">Whether those who listen to changes are told of it.</param>
    public static void AddRow(ChangeSet changes, string? tenant, EntityStore store, string? id, EntityChangeKind kind, bool isTold)
    {
        if (id is null || store.Key is not { IsExact: true })
        {
            AddTable(changes, tenant, store, deletes: kind == EntityChangeKind.Delete, isTold);
            return;
        }

        changes.Add(store.SpaceOf(tenant), id, kind, labels: null, isTold);
        AddDependents(changes, tenant, store);
        if (kind == EntityChangeKind.Delete)
        {
            AddCascades(changes, tenant, store, isTold);
        }
    }

    /// <summary>Adds rows of a store that cannot be named, and what follows from them.</summary>
    /// <param name="changes">Takes note.</param>
    /// <param name="tenant">Which database.</param>
    /// <param name="store">The store of the rows.</param>
    /// <param name="deletes">Whether rows may be deleted.</param>
    /// <param name="isTold">Whether those who listen to changes are told of it.</param>
    public static void AddTable(ChangeSet changes, string? tenant, EntityStore store, bool deletes, bool isTold)
    {
        changes.AddTable(store.SpaceOf(tenant), labels: null, isTold);
        AddDependents(changes, tenant, store);
        if (deletes)
        {
            AddCascades(changes, tenant, store, isTold);
        }
    }

    private static void AddCascades(ChangeSet changes, string? tenant, EntityStore store, bool isTold)
    {
        foreach (var cascade in store.Cascades)
        {
            changes.AddTable(cascade.SpaceOf(tenant), labels: null, isTold);
            AddDependents(changes, tenant, cascade);
        }
    }

    private static void AddDependents(ChangeSet changes, string? tenant, EntityStore store)
    {
        foreach (var dependent in store.Dependents)
        {
            changes.AddTable(dependent.SpaceOf(tenant), labels: null, isTold: false);
        }
    }

    /// <summary>Collects what the database itself does when rows of some types are deleted, however far that goes.</summary>
    private void AddCascades(EntityStore store, IEnumerable<IEntityType> deleted, HashSet<EntityStore> seen)
    {
        foreach (var foreignKey in deleted.SelectMany(type => type.GetDeclaredReferencingForeignKeys()))
        {
            var target = _byType[foreignKey.DeclaringEntityType];
            if (foreignKey.DeleteBehavior is not (DeleteBehavior.Cascade or DeleteBehavior.SetNull) || (foreignKey.IsOwnership && target == store))
            {
                continue;
            }

            store.Cascades.Add(target);
            if (foreignKey.DeleteBehavior == DeleteBehavior.Cascade && seen.Add(target))
            {
                AddCascades(store, target.Root.GetDerivedTypesInclusive(), seen);
            }
        }
    }

    private void AddDependents(IModel model, EntityCacheOptions options)
    {
        foreach (var (type, entity) in options.Entities)
        {
            var stores = model.FindEntityTypes(type).Select(StoreOf).Distinct().ToArray();
            if (stores.Length == 0)
            {
                // Options may be shared by contexts of which not every one has every type.
                continue;
            }

            foreach (var other in entity.Dependencies.SelectMany(model.FindEntityTypes).Select(StoreOf).Distinct())
            {
                other.Dependents.UnionWith(stores);
            }
        }

        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var store in Stores)
            {
                var all = store.Dependents.SelectMany(dependent => dependent.Dependents).ToArray();
                var before = store.Dependents.Count;
                store.Dependents.UnionWith(all);
                grown |= store.Dependents.Count > before;
            }
        }
    }
}
