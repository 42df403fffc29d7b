using Larder.EntityFrameworkCore.Model;
using Larder.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>One entry of the change tracker that is saved: the row that it belongs to, also where it is only a part of it.</summary>
internal sealed class SavedRow
{
    private readonly EntityEntry _entry;
    private readonly IReadOnlyList<IProperty>? _key;
    private readonly EntityChangeKind _kind;
    private string? _id;

    public SavedRow(EntityEntry entry, CachedModel model)
    {
        (_entry, Store) = (entry, model.StoreOf(entry.Metadata));
        IsPart = entry.Metadata.IsOwned();
        _key = IsPart ? model.OwnedKeys[entry.Metadata] : Store.Key?.Properties;
        _kind = IsPart ? EntityChangeKind.Update : entry.State switch
        {
            EntityState.Added => EntityChangeKind.Create,
            EntityState.Deleted => EntityChangeKind.Delete,
            _ => EntityChangeKind.Update,
        };
        _id = TextOfKey();
        IsPartOfNewRow = IsPart && _key is not null && _key.Any(property => entry.Property(property).IsTemporary);
    }

    public EntityStore Store { get; }

    /// <summary>Gets the text of the key, which may be known only when the row has been saved.</summary>
    public string? Id => _id ??= TextOfKey();

    /// <summary>Gets whether it is an owned object.</summary>
    public bool IsPart { get; }

    /// <summary>Gets whether it is a part of a row that is inserted with it.</summary>
    public bool IsPartOfNewRow { get; }

    public void AddTo(ChangeSet changes, string? tenant, bool isTold)
    {
        if (Id is not null || _kind != EntityChangeKind.Create)
        {
            CachedModel.AddRow(changes, tenant, Store, Id, _kind, isTold);
            return;
        }

        var space = Store.SpaceOf(tenant);
        changes.AddQueries(space);
        if (isTold || (space.IsStrict && Store.RemembersAbsence))
        {
            // Somebody may have asked for the row before anybody could name it.
            CachedModel.AddTable(changes, tenant, Store, deletes: false, isTold);
        }
    }

    private string? TextOfKey()
    {
        if (_key is null || Store.Key is null)
        {
            return null;
        }

        var values = new object?[_key.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var property = _entry.Property(_key[i]);
            if (property.IsTemporary)
            {
                return null;
            }

            values[i] = property.CurrentValue;
        }

        return Store.Key.TextOf(values);
    }
}
