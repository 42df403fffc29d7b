using System.Reflection;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.Json;

namespace Larder.EntityFrameworkCore.Reading;

/// <summary>
/// An entity, an owned object or a complex value as a JSON array: first its properties, then what is nested in it. Objects are made by the materializers of EF Core, so constructors, fields and
/// private setters count as in a query.
/// </summary>
internal sealed class RowShape
{
    private readonly ITypeBase _type;
    private readonly RowColumn[] _columns;
    private readonly (IPropertyBase Member, RowShape Shape, bool IsCollection)[] _nested;
    private readonly int _valueCount;
    private Func<MaterializationContext, object>? _materialize;

    public RowShape(ITypeBase type)
    {
        _type = type;
        _columns = [.. type.GetProperties().Where(property => !property.IsShadowProperty() && !property.IsIndexerProperty()).Select(property => new RowColumn(property))];
        _nested =
        [
            .. type.GetComplexProperties().Where(complex => !complex.IsShadowProperty()).Select(complex => ((IPropertyBase)complex, new RowShape(complex.ComplexType), complex.IsCollection)),
            .. type is IEntityType entity
                ? entity.GetNavigations().Where(navigation => navigation.ForeignKey.IsOwnership && !navigation.IsOnDependent && !navigation.IsShadowProperty())
                    .Select(navigation => ((IPropertyBase)navigation, new RowShape(navigation.TargetEntityType), navigation.IsCollection))
                : [],
        ];
        _valueCount = type.GetFlattenedProperties().Select(property => property.GetIndex() + 1).DefaultIfEmpty().Max();
    }

    public void Write(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartArray();
        foreach (var column in _columns)
        {
            column.Write(writer, value);
        }

        foreach (var (member, shape, isCollection) in _nested)
        {
            var nested = member.GetGetter().GetClrValue(value);
            if (nested is null)
            {
                writer.WriteNullValue();
            }
            else if (!isCollection)
            {
                shape.Write(writer, nested);
            }
            else
            {
                writer.WriteStartArray();
                foreach (var item in (System.Collections.IEnumerable)nested)
                {
                    shape.Write(writer, item!);
                }

                writer.WriteEndArray();
            }
        }

        writer.WriteEndArray();
    }

    /// <summary>Reads the object at whose beginning the reader stands.</summary>
    public object Read(ref Utf8JsonReaderManager reader, DbContext context, IStructuralTypeMaterializerSource materializers)
    {
        _materialize ??= _type is IEntityType entityType ? materializers.GetMaterializer(entityType) : materializers.GetMaterializer((IComplexType)_type);
        var values = new object?[_valueCount];
        var nested = new List<(IPropertyBase Member, object? Value)>(_nested.Length);
        ReadValues(ref reader, values, nested, context, materializers);
        var value = _materialize(new MaterializationContext(new ValueBuffer(values), context));
        foreach (var (member, part) in nested)
        {
            Set(value, member, part);
        }

        return value;
    }

    /// <summary>Reads properties, and those of complex values, which are materialized with what they belong to.</summary>
    private void ReadValues(ref Utf8JsonReaderManager reader, object?[] values, List<(IPropertyBase Member, object? Value)> nested, DbContext context, IStructuralTypeMaterializerSource materializers)
    {
        foreach (var column in _columns)
        {
            reader.MoveNext();
            values[column.Index] = column.Read(ref reader);
        }

        foreach (var (member, shape, isCollection) in _nested)
        {
            reader.MoveNext();
            if (reader.CurrentReader.TokenType == JsonTokenType.Null)
            {
                nested.Add((member, null));
            }
            else if (isCollection)
            {
                nested.Add((member, ReadItems(shape, ref reader, context, materializers)));
            }
            else if (member is IComplexProperty)
            {
                shape.ReadValues(ref reader, values, nested, context, materializers);
            }
            else
            {
                nested.Add((member, shape.Read(ref reader, context, materializers)));
            }
        }

        reader.MoveNext();
    }

    private static List<object> ReadItems(RowShape shape, ref Utf8JsonReaderManager reader, DbContext context, IStructuralTypeMaterializerSource materializers)
    {
        var items = new List<object>();
        while (reader.MoveNext() == JsonTokenType.StartArray)
        {
            items.Add(shape.Read(ref reader, context, materializers));
        }

        return items;
    }

    private static void Set(object owner, IPropertyBase member, object? nested)
    {
        if (nested is List<object> items)
        {
            var collection = member.GetCollectionAccessor()!;
            collection.GetOrCreate(owner, forMaterialization: true);
            foreach (var item in items)
            {
                collection.Add(owner, item, forMaterialization: true);
                SetInverse(owner, member, item);
            }
        }
        else
        {
            SetMember(owner, member, nested);
            if (nested is not null)
            {
                SetInverse(owner, member, nested);
            }
        }
    }

    private static void SetInverse(object owner, IPropertyBase member, object nested)
    {
        if (member is INavigation { Inverse: { } inverse } && !inverse.IsShadowProperty())
        {
            SetMember(nested, inverse, owner);
        }
    }

    private static void SetMember(object owner, IPropertyBase member, object? value)
    {
        switch (member.GetMemberInfo(forMaterialization: true, forSet: true))
        {
            case FieldInfo field:
                field.SetValue(owner, value);
                break;
            case PropertyInfo property:
                property.SetValue(owner, value);
                break;
        }
    }
}
