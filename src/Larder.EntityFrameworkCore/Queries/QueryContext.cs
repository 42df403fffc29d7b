using System.Linq.Expressions;
using Larder.EntityFrameworkCore.Interception;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Larder.EntityFrameworkCore.Queries;

/// <summary>Finds the context that a query belongs to, at its root.</summary>
internal sealed class QueryContext : ExpressionVisitor
{
    private DbContext? _context;
    private bool _hasRoot;

    /// <exception cref="InvalidOperationException">The query is not of EF Core, or its context has no cache.</exception>
    public static ContextCache Of(IQueryable query)
    {
        var finder = new QueryContext();
        finder.Visit(query.Expression);
        return finder._context is not null ? ContextCache.Require(finder._context)
            : throw new InvalidOperationException(finder._hasRoot
                ? "The query belongs to a context without a cache. Give it one with options.UseLarder(cache)."
                : $"A {query.GetType().Name} is not a query of EF Core.");
    }

    protected override Expression VisitExtension(Expression node)
    {
        if (node is EntityQueryRootExpression root)
        {
            _hasRoot = true;
            _context ??= (root.QueryProvider as LarderQueryProvider)?.Context;
            return node;
        }

        return base.VisitExtension(node);
    }
}
