using System.Linq.Expressions;
using Larder.EntityFrameworkCore.Model;
using Larder.EntityFrameworkCore.Reading;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Query.Internal;

namespace Larder.EntityFrameworkCore.Queries;

/// <summary>
/// Finds the stores whose rows a query reads: each entity type of which the query speaks anywhere, what joins them, and what their query filters speak of. It may find more than the query reads, which
/// costs a hit now and then, and never less.
/// </summary>
internal sealed class QueryTables : ExpressionVisitor
{
    private readonly CachedModel _model;
    private readonly IModel _types;
    private readonly HashSet<IEntityType> _found = [];
    private readonly HashSet<Type> _seen = [];

    private QueryTables(CachedModel model, IModel types) => (_model, _types) = (model, types);

    /// <exception cref="InvalidOperationException">What the query reads cannot be told.</exception>
    public static IReadOnlyCollection<EntityStore> Of(CachedModel model, IModel types, Expression query)
    {
        var finder = new QueryTables(model, types);
        finder.Visit(query);
        foreach (var joined in finder._found.SelectMany(type => type.GetSkipNavigations()).Where(skip => finder._found.Contains(skip.TargetEntityType)).Select(skip => skip.JoinEntityType).ToArray())
        {
            finder.Add(joined);
        }

        var stores = finder._found.Select(model.StoreOf).Distinct().ToArray();
        foreach (var store in stores)
        {
            if (!store.Root.GetDerivedTypesInclusive().Any(type => type.GetTableMappings().Any()) && !model.Stores.Exists(other => other.Dependents.Contains(store)))
            {
                throw new InvalidOperationException($"'{store.Root.DisplayName()}' is no table, and nobody has said which tables it reads: UseLarder(cache, larder => larder.Entity<{store.Root.ShortName()}>(entity => entity.DependsOn<...>())).");
            }
        }

        return stores;
    }

    public override Expression? Visit(Expression? node)
    {
        if (node is not null)
        {
            AddTypes(node.Type);
        }

        return base.Visit(node);
    }

#pragma warning disable EF1001 // The text of a query by SQL is told nowhere else.
    protected override Expression VisitExtension(Expression node)
    {
        switch (node)
        {
            case EntityQueryRootExpression root when root.GetType() == typeof(EntityQueryRootExpression):
                Add(root.EntityType);
                return node;
            case FromSqlQueryRootExpression sql:
                Add(sql.EntityType);
                foreach (var store in _model.Targets.NamedIn(sql.Sql))
                {
                    Add(store.Root);
                }

                return base.VisitExtension(node);
            case QueryRootExpression root and not InlineQueryRootExpression and not ParameterQueryRootExpression:
                throw new InvalidOperationException($"The query has a source ({root.GetType().Name}) of which the tables are not known, so nobody could say when its answer is stale.");
            default:
                return base.VisitExtension(node);
        }
    }
#pragma warning restore EF1001

    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        if (node.Method.DeclaringType == typeof(EntityFrameworkQueryableExtensions) && node.Method.Name is nameof(EntityFrameworkQueryableExtensions.Include) or nameof(EntityFrameworkQueryableExtensions.ThenInclude))
        {
            throw new InvalidOperationException("The query includes navigations, and entities are cached without them. Select what is wanted into a type of its own, or find the others by FindManyCachedAsync.");
        }

        if (node.Object is null && _types.FindDbFunction(node.Method) is not null)
        {
            throw new InvalidOperationException($"The query calls the database function {node.Method.Name}, and nobody knows which tables that reads.");
        }

        return base.VisitMethodCall(node);
    }

    protected override Expression VisitConstant(ConstantExpression node)
    {
        if (node.Value is IQueryable { Expression: not ConstantExpression } query)
        {
            Visit(query.Expression);
        }

        return node;
    }

    protected override Expression VisitMember(MemberExpression node)
    {
        if (typeof(IQueryable).IsAssignableFrom(node.Type) && CapturedValue.TryGet(node, out var value) && value is IQueryable query)
        {
            Visit(query.Expression);
            return node;
        }

        return base.VisitMember(node);
    }

    private void AddTypes(Type type)
    {
        if (!_seen.Add(type))
        {
            return;
        }

        foreach (var part in EntityTypesIn.TypesOf(type))
        {
            foreach (var entity in _types.FindEntityTypes(part))
            {
                Add(entity);
            }

            // A navigation may be reached through an interface or a base class that is no entity itself.
            if ((part.IsInterface || part.IsAbstract) && part.Namespace?.StartsWith("System", StringComparison.Ordinal) != true && part.Namespace?.StartsWith("Microsoft.", StringComparison.Ordinal) != true)
            {
                foreach (var (entity, _) in _model.Types.Where(pair => part.IsAssignableFrom(pair.Key.ClrType)))
                {
                    Add(entity);
                }
            }
        }
    }

    private void Add(IEntityType type)
    {
        if (!_found.Add(type))
        {
            return;
        }

        foreach (var filter in _model.StoreOf(type).Filters.Expressions)
        {
            Visit(filter.Body);
        }
    }
}
