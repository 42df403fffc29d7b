using System.Text.Json;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.Json;

namespace Larder.EntityFrameworkCore.Reading;

/// <summary>One property of a row, written as EF Core writes it to a JSON column: with its value converter, and for every type that its provider knows.</summary>
internal sealed class RowColumn
{
    private readonly IProperty _property;
    private readonly IClrPropertyGetter _getter;
    private readonly JsonValueReaderWriter? _json;

    public RowColumn(IProperty property)
    {
        (_property, _getter) = (property, property.GetGetter());
        var mapping = property.GetTypeMapping();
        _json = property.GetJsonValueReaderWriter() ?? mapping.JsonValueReaderWriter;
        if (_json is not null && !IsFor(_json.ValueType, property.ClrType))
        {
            // Npgsql names that of strings for JSON documents.
            _json = null;
        }

        // What the provider itself keeps as JSON is JSON here too.
        if (_json is null && (mapping is not Microsoft.EntityFrameworkCore.Storage.RelationalTypeMapping { StoreType: "json" or "jsonb" } || mapping.Converter is not null))
        {
            throw new InvalidOperationException(
                $"'{property.DeclaringType.DisplayName()}.{property.Name}' is of type {property.ClrType}, for which the provider has no JSON form, so the row cannot be cached. Give it a value converter, or take the type out of the cache: UseLarder(cache, larder => larder.Entity<{property.DeclaringType.ShortName()}>(entity => entity.Enabled = false)).");
        }
    }

    private static bool IsFor(Type json, Type property) =>
        json.IsAssignableFrom(property) || property.IsAssignableFrom(json) || json == Nullable.GetUnderlyingType(property);

    public int Index => _property.GetIndex();

    public void Write(Utf8JsonWriter writer, object owner)
    {
        if (_getter.GetClrValue(owner) is not { } value)
        {
            writer.WriteNullValue();
        }
        else if (_json is not null)
        {
            _json.ToJson(writer, value);
        }
        else
        {
            JsonSerializer.Serialize(writer, value, _property.ClrType);
        }
    }

    /// <summary>Reads the value at which the reader stands.</summary>
    public object? Read(ref Utf8JsonReaderManager reader)
    {
        if (reader.CurrentReader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (_json is not null)
        {
            return _json.FromJson(ref reader);
        }

        // A copy reads the value, and the reader itself goes past it.
        var copy = reader.CurrentReader;
        var value = JsonSerializer.Deserialize(ref copy, _property.ClrType);
        reader.Skip();
        return value;
    }
}
