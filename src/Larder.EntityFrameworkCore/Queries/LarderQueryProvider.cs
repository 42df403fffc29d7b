using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Query.Internal;

namespace Larder.EntityFrameworkCore.Queries;

#pragma warning disable EF1001 // Nothing public tells which context a query belongs to.

/// <summary>The query provider of EF Core, which also tells its context.</summary>
internal sealed class LarderQueryProvider(IQueryCompiler compiler, ICurrentDbContext context) : EntityQueryProvider(compiler)
{
    public DbContext Context => context.Context;
}

#pragma warning restore EF1001
