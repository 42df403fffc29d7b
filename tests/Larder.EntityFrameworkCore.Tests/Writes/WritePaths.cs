using System.Transactions;
using Larder.EntityFrameworkCore.Tests.Shop;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Larder.EntityFrameworkCore.Tests.Writes;

/// <summary>Every way in which EF Core writes.</summary>
internal static class WritePaths
{
    public static readonly Dictionary<string, WritePath> All = new()
    {
        ["SaveChangesAsync, one statement"] = Path(async (context, first, _) =>
        {
            (await context.Products.SingleAsync(row => row.Id == first)).Version = 5;
            await context.SaveChangesAsync();
        }),
        ["SaveChanges, one statement"] = Path((context, first, _) =>
        {
            context.Products.Single(row => row.Id == first).Version = 5;
            context.SaveChanges();
            return Task.CompletedTask;
        }),
        ["SaveChangesAsync, many statements"] = Path(async (context, first, second) =>
        {
            context.Add(new Product { Id = second, Version = 6 });
            context.Update(new Product { Id = first, Version = 5 });
            await context.SaveChangesAsync();
        }),
        ["SaveChanges, many statements"] = Path((context, first, second) =>
        {
            context.Add(new Product { Id = second, Version = 6 });
            context.Update(new Product { Id = first, Version = 5 });
            context.SaveChanges();
            return Task.CompletedTask;
        }),
        ["SaveChangesAsync without accepting"] = Path(async (context, first, second) =>
        {
            context.Add(new Product { Id = second, Version = 6 });
            await context.SaveChangesAsync(acceptAllChangesOnSuccess: false);
            context.ChangeTracker.AcceptAllChanges();
        }),
        ["Remove"] = Path(async (context, first, _) =>
        {
            context.Remove(new Product { Id = first });
            await context.SaveChangesAsync();
        }),
        ["Transaction, Commit"] = Path((context, first, second) =>
        {
            using var transaction = context.Database.BeginTransaction();
            context.Update(new Product { Id = first, Version = 5 });
            context.SaveChanges();
            context.Add(new Product { Id = second, Version = 6 });
            context.SaveChanges();
            transaction.Commit();
            return Task.CompletedTask;
        }),
        ["Transaction, CommitAsync"] = Path(async (context, first, second) =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Update(new Product { Id = first, Version = 5 });
            await context.SaveChangesAsync();
            context.Add(new Product { Id = second, Version = 6 });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }),
        ["Transaction, rolled back to a savepoint"] = Path(async (context, first, second) =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Update(new Product { Id = first, Version = 5 });
            await context.SaveChangesAsync();
            await transaction.CreateSavepointAsync("before");
            context.Add(new Product { Id = second, Version = 6 });
            await context.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("before");
            await transaction.CommitAsync();
        }),
        ["TransactionScope"] = Path(async (context, first, _) =>
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            context.Update(new Product { Id = first, Version = 5 });
            await context.SaveChangesAsync();
            scope.Complete();
        }),
        ["EnlistTransaction"] = Path(async (context, first, _) =>
        {
            using var transaction = new CommittableTransaction();
            await context.Database.OpenConnectionAsync();
            context.Database.EnlistTransaction(transaction);
            context.Update(new Product { Id = first, Version = 5 });
            await context.SaveChangesAsync();
            transaction.Commit();
        }),
        ["UseTransaction, committed by its context"] = new(async (shop, first, _) =>
        {
            await using var connection = await shop.Database.OpenConnectionAsync();
            await using var one = shop.NewOn(connection);
            await using var other = shop.NewOn(connection);
            await using var transaction = await one.Database.BeginTransactionAsync();
            await other.Database.UseTransactionAsync(transaction.GetDbTransaction());
            other.Update(new Product { Id = first, Version = 5 });
            await other.SaveChangesAsync();
            await transaction.CommitAsync();
        }),
        ["UseTransaction, committed through EF Core"] = new(async (shop, first, _) =>
        {
            await using var connection = await shop.Database.OpenConnectionAsync();
            await using var context = shop.NewOn(connection);
            var transaction = await context.Database.UseTransactionAsync(await connection.BeginTransactionAsync());
            context.Update(new Product { Id = first, Version = 5 });
            await context.SaveChangesAsync();
            await transaction!.CommitAsync();
        }),
        ["UseTransaction, committed where nobody sees it"] = new(async (shop, first, _) =>
        {
            await using var connection = await shop.Database.OpenConnectionAsync();
            await using var context = shop.NewOn(connection);
            await using var transaction = await connection.BeginTransactionAsync();
            await context.Database.UseTransactionAsync(transaction);
            context.Update(new Product { Id = first, Version = 5 });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }, IsSeenAtOnce: false),
        ["StoreTransaction"] = new(async (shop, first, _) =>
        {
            await using var connection = await shop.Database.OpenConnectionAsync();
            await using var context = shop.NewOn(connection);
            await using var write = await shop.Cache.BeginWriteAsync(connection);
            await context.Database.UseTransactionAsync(write.Transaction);
            context.Update(new Product { Id = first, Version = 5 });
            await context.SaveChangesAsync();
            await write.CommitAsync();
        }),
        ["ExecuteUpdateAsync"] = Path((context, first, _) => context.Products.Where(row => row.Id == first).ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, 5))),
        ["ExecuteUpdate"] = Path((context, first, _) =>
        {
            context.Products.Where(row => row.Id == first).ExecuteUpdate(set => set.SetProperty(row => row.Version, 5));
            return Task.CompletedTask;
        }),
        ["ExecuteDeleteAsync"] = Path((context, first, _) => context.Products.Where(row => row.Id == first).ExecuteDeleteAsync()),
        ["ExecuteUpdateAsync in a transaction"] = Path(async (context, first, _) =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            await context.Products.Where(row => row.Id == first).ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, 5));
            await transaction.CommitAsync();
        }),
        ["ExecuteSqlAsync"] = Path((context, first, _) => context.Database.ExecuteSqlAsync($"""UPDATE products SET "Version" = 5 WHERE "Id" = {first}""")),
        ["ExecuteSqlRaw"] = Path((context, first, _) =>
        {
            context.Database.ExecuteSqlRaw("""delete from public.Products where "Id" = {0}""", first);
            return Task.CompletedTask;
        }),
        ["ExecuteSqlAsync of a procedure"] = Path((context, first, _) => context.Database.ExecuteSqlAsync($"CALL bump({first})")),
        ["ExecuteSqlAsync of a procedure, declared"] = Path(async (context, first, _) =>
        {
            using var writes = context.DeclareWrites(typeof(Product));
            await context.Database.ExecuteSqlAsync($"CALL bump({first})");
        }),
        ["FromSql that writes"] = Path(async (context, first, _) =>
            Assert.Single(await context.Products.FromSql($"""UPDATE products SET "Version" = 5 WHERE "Id" = {first} RETURNING *""").ToListAsync())),
        ["SqlQuery that writes"] = Path((context, first, _) =>
        {
            Assert.Single(context.Database.SqlQuery<long>($"""UPDATE products SET "Version" = 5 WHERE "Id" = {first} RETURNING "Version" AS "Value" """).ToList());
            return Task.CompletedTask;
        }),
        ["ADO.NET, told by InvalidateCachedAsync"] = Path(async (context, first, _) =>
        {
            await AdoAsync(context, first);
            await context.Products.InvalidateCachedAsync([first]);
        }),
        ["ADO.NET in a transaction, told by InvalidateAllCachedAsync"] = Path(async (context, first, _) =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            await AdoAsync(context, first);
            await context.Products.InvalidateAllCachedAsync();
            await transaction.CommitAsync();
        }),
        ["A retrying strategy"] = new(async (shop, first, second) =>
        {
            await using var context = shop.New(retries: true);
            await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await context.Database.BeginTransactionAsync();
                context.Update(new Product { Id = first, Version = 5 });
                await context.SaveChangesAsync(acceptAllChangesOnSuccess: false);
                await transaction.CommitAsync();
            });
            context.ChangeTracker.AcceptAllChanges();
            context.Add(new Product { Id = second, Version = 6 });
            await context.SaveChangesAsync();
        }),
    };

    private static WritePath Path(Func<ShopContext, int, int, Task> run) => new(async (shop, first, second) =>
    {
        await using var context = shop.New();
        await run(context, first, second);
    });

    private static async Task AdoAsync(ShopContext context, int id)
    {
        await context.Database.OpenConnectionAsync();
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = $"""UPDATE products SET "Version" = 5 WHERE "Id" = {id}""";
        await command.ExecuteNonQueryAsync();
    }
}
