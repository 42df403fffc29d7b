using System.Linq.Expressions;
using Larder.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Larder.EntityFrameworkCore.Reading;

/// <summary>
/// The query filters of an entity type. A filter may ask its context, or anything else that is not the row, for values: the tenant, most of all. Rows are kept with these values, and are given to
/// nobody who has others.
/// </summary>
internal sealed class EntityFilters
{
    private readonly Func<DbContext, object?>[] _values;

    public EntityFilters(IEntityType root)
    {
        Expressions = [.. root.GetDeclaredQueryFilters().Select(filter => filter.Expression).OfType<LambdaExpression>()];
        var finder = new ValueFinder();
        foreach (var filter in Expressions)
        {
            finder.Visit(filter.Body);
        }

        _values = [.. finder.Values.Select(value => value.Compile())];
        Text = string.Join('\n', Expressions.Select(filter => filter.ToString()));
        DependsOnOthers = Expressions.Any(filter => new EntityMentions(root).AreIn(filter.Body));
    }

    public IReadOnlyList<LambdaExpression> Expressions { get; }

    public bool Any => Expressions.Count > 0;

    /// <summary>Gets the text of the filters.</summary>
    public string Text { get; }

    /// <summary>Gets whether a filter looks at other rows: whether the row is seen changes without it then.</summary>
    public bool DependsOnOthers { get; }

    /// <summary>Gets the values that the filters have now.</summary>
    public object?[] ValuesOf(DbContext context) => _values.Length == 0 ? [] : [.. _values.Select(value => value(context))];

    /// <summary>Gets what tells the values that the filters have now from others; empty when they have none.</summary>
    /// <exception cref="ArgumentException">A value is of a type of which it is not known what tells two values apart.</exception>
    public string VariantOf(DbContext context) => _values.Length == 0 ? "" : QueryHash.Of("filter", ValuesOf(context));

    /// <summary>Finds the largest parts of filters that do not depend on the row.</summary>
    private sealed class ValueFinder : ExpressionVisitor
    {
        private readonly ParameterExpression _context = Expression.Parameter(typeof(DbContext), "context");

        public List<Expression<Func<DbContext, object?>>> Values { get; } = [];

        public override Expression? Visit(Expression? node)
        {
            if (node is not (MemberExpression or MethodCallExpression) || new ParameterFinder().AreIn(node) || node.Type == typeof(void))
            {
                return base.Visit(node);
            }

            if (!typeof(IQueryable).IsAssignableFrom(node.Type))
            {
                var body = new ContextReplacer(_context).Visit(node);
                Values.Add(Expression.Lambda<Func<DbContext, object?>>(Expression.Convert(body, typeof(object)), _context));
            }

            return node;
        }
    }

    private sealed class ContextReplacer(ParameterExpression context) : ExpressionVisitor
    {
        protected override Expression VisitConstant(ConstantExpression node) => node.Value is DbContext ? Expression.Convert(context, node.Type) : node;
    }

    private sealed class ParameterFinder : ExpressionVisitor
    {
        private bool _found;

        public bool AreIn(Expression node)
        {
            Visit(node);
            return _found;
        }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            _found = true;
            return node;
        }

        protected override Expression VisitExtension(Expression node)
        {
            // A query within the filter.
            _found = true;
            return node;
        }
    }

    private sealed class EntityMentions(IEntityType self) : ExpressionVisitor
    {
        private bool _found;

        public bool AreIn(Expression node)
        {
            Visit(node);
            return _found;
        }

        public override Expression? Visit(Expression? node)
        {
            if (node is not null && EntityTypesIn.TypesOf(node.Type).Any(type => self.Model.FindEntityTypes(type).Any(other => !other.IsOwned() && other.GetRootType() != self)))
            {
                _found = true;
            }

            return base.Visit(node);
        }

        protected override Expression VisitExtension(Expression node)
        {
            _found = true;
            return node;
        }
    }
}
