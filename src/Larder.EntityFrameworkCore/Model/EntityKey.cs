using System.Globalization;
using Larder.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.Json;

namespace Larder.EntityFrameworkCore.Model;

/// <summary>
/// The primary key of an entity type, and its text in keys of the cache. A key is exact when two values that the database takes for the same are the same value here; text that ignores case and times
/// that are rounded are not. What is written under such a key cannot be named.
/// </summary>
internal sealed class EntityKey
{
    private readonly Func<object, object?>[] _toText;

    public EntityKey(IKey key, string? provider, Func<IModel> design)
    {
        Properties = [.. key.Properties];
        IsExact = Properties.All(property => IsExactProperty(property, provider, design));
        IsPlain = Properties.All(property => IsPlainType(ProviderType(property)));
        _toText = [.. Properties.Select(ToText)];
    }

    public IReadOnlyList<IProperty> Properties { get; }

    /// <summary>Gets whether what the database takes for the same key is the same text.</summary>
    public bool IsExact { get; }

    /// <summary>Gets whether it consists of integers, Guids, booleans and dates.</summary>
    public bool IsPlain { get; }

    /// <summary>Makes the text of a key.</summary>
    /// <param name="values">Its values, of the types of the model.</param>
    /// <returns>The text; <see langword="null"/> when a value is absent.</returns>
    public string? TextOf(ReadOnlySpan<object?> values)
    {
        var parts = new object?[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not { } value)
            {
                return null;
            }

            parts[i] = _toText[i](value);
        }

        return StoreId.Of(parts);
    }

    /// <summary>Makes the text of the key of an entity that is not tracked.</summary>
    /// <returns>The text; <see langword="null"/> when the entity does not hold its key.</returns>
    public string? TextOf(object entity)
    {
        var values = new object?[Properties.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (Properties[i].IsShadowProperty() || Properties[i].IsIndexerProperty())
            {
                return null;
            }

            values[i] = Properties[i].GetGetter().GetClrValue(entity);
        }

        return TextOf(values);
    }

    private static Type ProviderType(IProperty property)
    {
        var type = property.GetTypeMapping().Converter?.ProviderClrType ?? property.ClrType;
        return Nullable.GetUnderlyingType(type) ?? type;
    }

    private static bool IsPlainType(Type type) =>
        type == typeof(Guid) || type == typeof(DateOnly) || type.IsEnum || Type.GetTypeCode(type) is TypeCode.Boolean or (>= TypeCode.SByte and <= TypeCode.UInt64);

    private static bool IsExactProperty(IProperty property, string? provider, Func<IModel> design)
    {
        var type = ProviderType(property);
        return IsPlainType(type) || type == typeof(byte[]) || (type == typeof(string) && IsExactText(property, provider, design()));
    }

    /// <summary>Tells whether text is compared character by character: where the defaults of a provider are known, and nothing else is asked for.</summary>
    private static bool IsExactText(IProperty property, string? provider, IModel design) =>
        provider?.Contains("PostgreSQL", StringComparison.OrdinalIgnoreCase) == true
        && design.GetCollation() is null
        && design.FindEntityType(property.DeclaringType.Name)?.FindProperty(property.Name)?.GetCollation() is null
        && property.GetColumnType() is { } type
        && (type.StartsWith("text", StringComparison.OrdinalIgnoreCase) || type.Contains("varying", StringComparison.OrdinalIgnoreCase) || type.StartsWith("varchar", StringComparison.OrdinalIgnoreCase));

    private static Func<object, object?> ToText(IProperty property)
    {
        var mapping = property.GetTypeMapping();
        var type = ProviderType(property);
        if (IsPlainType(type) || type == typeof(string) || type == typeof(byte[]) || type == typeof(char))
        {
            return mapping.Converter is { } converter ? converter.ConvertToProvider! : static value => value;
        }

        if (type == typeof(decimal))
        {
            // 1.0 and 1.00 are one number.
            var toProvider = mapping.Converter?.ConvertToProvider;
            return value => ((decimal)(toProvider?.Invoke(value) ?? value) / 1.000000000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
        }

        var json = JsonOf(property) ?? throw new InvalidOperationException(
            $"The key '{property.DeclaringType.DisplayName()}.{property.Name}' is of type {property.ClrType}, which has no text that is sure to be unique. Give it a value converter to a plain type.");
        return json.ToJsonString;
    }

    private static JsonValueReaderWriter? JsonOf(IProperty property) => property.GetJsonValueReaderWriter() ?? property.GetTypeMapping().JsonValueReaderWriter;
}
