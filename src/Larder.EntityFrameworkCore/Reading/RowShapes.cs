using System.Buffers;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage.Json;

namespace Larder.EntityFrameworkCore.Reading;

/// <summary>
/// How the rows of a hierarchy become bytes: a JSON array of the hash of the model, what the query filters asked for, the name of the entity type, and the row. Each hit makes an object of its own, so
/// nobody changes the object of another. What was written under another model, or for others, is told apart.
/// </summary>
internal sealed class RowShapes
{
    private readonly Dictionary<string, RowShape> _byName = new(StringComparer.Ordinal);
    private readonly IEntityType _root;
    private readonly string _modelHash;

    public RowShapes(IEntityType root, string modelHash)
    {
        (_root, _modelHash) = (root, modelHash);
        foreach (var type in root.GetDerivedTypesInclusive().Where(type => !type.IsAbstract()))
        {
            _byName[type.ShortName()] = new RowShape(type);
        }
    }

    public byte[] Write(object entity, string variant)
    {
        var type = _root.Model.FindRuntimeEntityType(entity.GetType()) is { } found && found.GetRootType() == _root ? found : _root;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(_modelHash);
            writer.WriteStringValue(variant);
            writer.WriteStringValue(type.ShortName());
            _byName[type.ShortName()].Write(writer, entity);
            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a row.</summary>
    /// <param name="row">The bytes.</param>
    /// <param name="variant">What the query filters ask for now.</param>
    /// <param name="context">The context that the object is for.</param>
    /// <param name="entity">The object.</param>
    public RowMatch Read(byte[] row, string variant, DbContext context, out object? entity)
    {
        entity = null;
        try
        {
            var reader = new Utf8JsonReaderManager(new JsonReaderData(row), queryLogger: null);
            reader.MoveNext();
            reader.MoveNext();
            if (!reader.CurrentReader.ValueTextEquals(_modelHash))
            {
                return RowMatch.OtherModel;
            }

            reader.MoveNext();
            if (!reader.CurrentReader.ValueTextEquals(variant))
            {
                return RowMatch.OtherFilter;
            }

            reader.MoveNext();
            var shape = _byName[reader.CurrentReader.GetString()!];
            reader.MoveNext();
            entity = shape.Read(ref reader, context, context.GetService<IStructuralTypeMaterializerSource>());
            return RowMatch.Same;
        }
        catch (Exception)
        {
            // It was not written by us, or was damaged: whatever the bytes are, the database has the row.
            return RowMatch.OtherModel;
        }
    }
}
