using System.Linq.Expressions;
using System.Reflection;
using Larder.EntityFrameworkCore.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Larder.EntityFrameworkCore.Reading;

/// <summary>Loads rows of a store from the database: detached, without navigations, with the query filters of the context.</summary>
internal abstract class EntityLoader
{
    /// <summary>How many rows with keys of several parts are asked for in one query.</summary>
    protected const int MaxCompositeKeys = 100;

    public static readonly MethodInfo PropertyMethod = ((MethodCallExpression)((Expression<Func<object, object>>)(entity => EF.Property<object>(entity, ""))).Body).Method.GetGenericMethodDefinition();

    public static EntityLoader Of(EntityStore store) =>
        (EntityLoader)Activator.CreateInstance(typeof(EntityLoader<>).MakeGenericType(store.Root.ClrType), store)!;

    /// <summary>Loads one row.</summary>
    public abstract Task<object?> LoadAsync(DbContext context, object?[] key, CancellationToken cancellationToken);

    /// <summary>Loads many rows in one query; with keys of several parts, a hundred a query.</summary>
    public abstract Task<List<object>> LoadManyAsync(DbContext context, IReadOnlyList<object?[]> keys, CancellationToken cancellationToken);

    /// <summary>Makes a value a parameter of the command, as a captured variable is one: the query is compiled once for all values.</summary>
    protected static MemberExpression Parameter(Type type, object? value)
    {
        var variable = Activator.CreateInstance(typeof(Captured<>).MakeGenericType(type), value)!;
        return Expression.Field(Expression.Constant(variable), nameof(Captured<>.Value));
    }

    private sealed class Captured<T>(T? value)
    {
        public readonly T? Value = value;
    }
}

/// <inheritdoc/>
/// <typeparam name="TRoot">The type of the rows.</typeparam>
internal sealed class EntityLoader<TRoot>(EntityStore store) : EntityLoader
    where TRoot : class
{
    public override async Task<object?> LoadAsync(DbContext context, object?[] key, CancellationToken cancellationToken) =>
        await Query(context).FirstOrDefaultAsync(Where([key]), cancellationToken).ConfigureAwait(false);

    public override async Task<List<object>> LoadManyAsync(DbContext context, IReadOnlyList<object?[]> keys, CancellationToken cancellationToken)
    {
        var rows = new List<object>();
        foreach (var chunk in store.Key!.Properties.Count == 1 ? [[.. keys]] : keys.Chunk(MaxCompositeKeys))
        {
            rows.AddRange(await Query(context).Where(Where(chunk)).ToListAsync(cancellationToken).ConfigureAwait(false));
        }

        return rows;
    }

    private IQueryable<TRoot> Query(DbContext context) =>
        (store.Root.HasSharedClrType ? context.Set<TRoot>(store.Root.Name) : context.Set<TRoot>()).AsNoTracking().IgnoreAutoIncludes();

    private Expression<Func<TRoot, bool>> Where(object?[][] keys)
    {
        var row = Expression.Parameter(typeof(TRoot), "row");
        var properties = store.Key!.Properties;
        if (properties.Count == 1 && keys.Length > 1)
        {
            return Expression.Lambda<Func<TRoot, bool>>(Contains(row, properties[0], keys), row);
        }

        var any = keys
            .Select(key => properties.Select((property, i) => (Expression)Expression.Equal(Column(row, property), Parameter(property.ClrType, key[i]))).Aggregate(Expression.AndAlso))
            .Aggregate(Expression.OrElse);
        return Expression.Lambda<Func<TRoot, bool>>(any, row);
    }

    private static MethodCallExpression Column(ParameterExpression row, IProperty property) =>
        Expression.Call(PropertyMethod.MakeGenericMethod(property.ClrType), row, Expression.Constant(property.Name));

    private static MethodCallExpression Contains(ParameterExpression row, IProperty property, object?[][] keys)
    {
        var values = Array.CreateInstance(property.ClrType, keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            values.SetValue(keys[i][0], i);
        }

        return Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [property.ClrType], Parameter(values.GetType(), values), Column(row, property));
    }
}
