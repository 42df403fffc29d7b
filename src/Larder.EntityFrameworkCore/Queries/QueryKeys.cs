using System.Buffers;
using System.Linq.Expressions;
using System.Text.Json;
using Larder.EntityFrameworkCore.Reading;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.Json;

namespace Larder.EntityFrameworkCore.Queries;

/// <summary>The keys of the entities that a query yields, in their order, as a JSON array of arrays.</summary>
/// <typeparam name="T">The entity type.</typeparam>
internal sealed class QueryKeys<T>(IReadOnlyList<IProperty> properties)
{
    public async ValueTask<byte[]> LoadAsync(IQueryable<T> query, CancellationToken cancellationToken)
    {
        var row = Expression.Parameter(typeof(T), "row");
        var parts = properties.Select(property => (Expression)Expression.Convert(Expression.Call(EntityLoader.PropertyMethod.MakeGenericMethod(property.ClrType), row, Expression.Constant(property.Name)), typeof(object)));
        var keys = await query.Select(Expression.Lambda<Func<T, object?[]>>(Expression.NewArrayInit(typeof(object), parts), row)).ToListAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var key in keys)
            {
                writer.WriteStartArray();
                for (var i = 0; i < key.Length; i++)
                {
                    JsonOf(properties[i]).ToJson(writer, key[i]!);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public object?[][] Parse(byte[] bytes)
    {
        var reader = new Utf8JsonReaderManager(new JsonReaderData(bytes), queryLogger: null);
        reader.MoveNext();
        var keys = new List<object?[]>();
        while (reader.MoveNext() == JsonTokenType.StartArray)
        {
            var key = new object?[properties.Count];
            for (var i = 0; i < key.Length; i++)
            {
                reader.MoveNext();
                key[i] = JsonOf(properties[i]).FromJson(ref reader);
            }

            reader.MoveNext();
            keys.Add(key);
        }

        return [.. keys];
    }

    private static JsonValueReaderWriter JsonOf(IProperty property) => property.GetJsonValueReaderWriter() ?? property.GetTypeMapping().JsonValueReaderWriter!;
}
