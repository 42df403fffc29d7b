using System.Runtime.CompilerServices;
using Larder.EntityFrameworkCore.Model;

namespace Larder.EntityFrameworkCore.Reading;

/// <summary>Takes the key that a caller gives apart, and checks that it is one of the entity type.</summary>
internal static class KeyValues
{
    public static object?[] Of<TKey>(EntityStore store, TKey key)
        where TKey : notnull
    {
        var properties = store.Key!.Properties;
        object?[] values = properties.Count > 1 && key is ITuple tuple ? [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i])] : [key];
        if (values.Length != properties.Count)
        {
            throw new ArgumentException($"The key of '{store.Root.DisplayName()}' has {properties.Count} properties ({string.Join(", ", properties.Select(property => property.Name))}), and {key} has {values.Length}. Give them as a tuple, in this order.", nameof(key));
        }

        for (var i = 0; i < values.Length; i++)
        {
            var type = Nullable.GetUnderlyingType(properties[i].ClrType) ?? properties[i].ClrType;
            if (values[i] is not { } value || !type.IsInstanceOfType(value))
            {
                throw new ArgumentException($"'{store.Root.DisplayName()}.{properties[i].Name}' is of type {type}, and the key has {values[i]?.GetType().ToString() ?? "null"} there.", nameof(key));
            }
        }

        return values;
    }
}
