using Microsoft.EntityFrameworkCore.Metadata;

namespace Larder.EntityFrameworkCore.Model;

/// <summary>Finds the row to which an owned object belongs.</summary>
internal static class OwnedKey
{
    /// <summary>Gets the entity type at the end of all ownerships.</summary>
    public static IEntityType OwnerOf(IEntityType owned)
    {
        var type = owned;
        while (type.FindOwnership() is { } ownership)
        {
            type = ownership.PrincipalEntityType;
        }

        return type;
    }

    /// <summary>Gets the properties of an owned type that hold the key of the row; <see langword="null"/> when it does not hold all of it.</summary>
    public static IReadOnlyList<IProperty>? Of(IEntityType owned)
    {
        if (owned.FindOwnership() is not { } ownership)
        {
            return owned.FindPrimaryKey()?.Properties;
        }

        var ofOwner = Of(ownership.PrincipalEntityType);
        var own = new List<IProperty>();
        foreach (var property in ofOwner ?? [])
        {
            var index = Index(ownership.PrincipalKey.Properties, property);
            if (index < 0)
            {
                return null;
            }

            own.Add(ownership.Properties[index]);
        }

        return ofOwner is null ? null : own;
    }

    private static int Index(IReadOnlyList<IProperty> properties, IProperty property)
    {
        for (var i = 0; i < properties.Count; i++)
        {
            if (properties[i] == property)
            {
                return i;
            }
        }

        return -1;
    }
}
