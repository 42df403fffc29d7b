using System.Transactions;
using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Larder.EntityFrameworkCore.Tests.Transactions;

/// <summary>
/// What EF Core tells in each situation, and what follows: the table of docs/internals/entity-framework.md row by row. Between the write and its end somebody reads the row, which caches that of before again:
/// the race that a cache loses which forgets its entries when a command is executed.
/// </summary>
public sealed class InterceptorTableTests(ShopServers servers)
{
    public static TheoryData<bool> Halves => new(false, true);

    [Theory]
    [MemberData(nameof(Halves))]
    public async Task A_save_of_one_statement_is_told_when_it_is_saved(bool isAsync)
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        context.Update(new Product { Id = scene.Id, Version = 2 });
        await SaveAsync(context, isAsync);
        Assert.Equal(2, await scene.VersionAsync());
        Assert.Equal([(EntityChangeKind.Update, $"{scene.Id}")], await scene.ToldAsync());
    }

    [Theory]
    [MemberData(nameof(Halves))]
    public async Task A_save_of_many_statements_is_told_when_it_is_saved_with_the_keys_that_were_generated(bool isAsync)
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        var customer = new Customer(new CustomerId(Guid.NewGuid()), "Ada");
        context.AddRange(customer, new Order { Customer = customer, State = "new" }, new Order { Customer = customer, State = "new" });
        await SaveAsync(context, isAsync);
        var told = await scene.ToldAsync();
        Assert.All(customer.Orders, order => Assert.Contains((EntityChangeKind.Create, $"{order.Id}"), told));
        Assert.Contains((EntityChangeKind.Create, $"{customer.Id.Value}"), told);
        Assert.Equal(3, told.Count);
    }

    [Theory]
    [LedgerFault(29)]
    [MemberData(nameof(Halves))]
    public async Task A_save_within_a_transaction_is_told_when_that_is_committed(bool isAsync)
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        using var transaction = isAsync ? await context.Database.BeginTransactionAsync() : context.Database.BeginTransaction();
        context.Update(new Product { Id = scene.Id, Version = 2 });
        await SaveAsync(context, isAsync);

        Assert.Equal(1, await scene.VersionAsync());
        Assert.Empty(await scene.ToldAsync());
        await CommitAsync(transaction, isAsync);

        Assert.Equal(2, await scene.VersionAsync());
        Assert.Equal([(EntityChangeKind.Update, $"{scene.Id}")], await scene.ToldAsync());
    }

    [Theory]
    [MemberData(nameof(Halves))]
    public async Task What_is_rolled_back_leaves_the_cache_as_it_is(bool isAsync)
    {
        await using var scene = await SceneAsync(StoreConsistency.Strict);
        await using (var context = scene.Shop.New())
        {
            using var transaction = isAsync ? await context.Database.BeginTransactionAsync() : context.Database.BeginTransaction();
            context.Update(new Product { Id = scene.Id, Version = 2 });
            await SaveAsync(context, isAsync);
            if (isAsync)
            {
                await transaction.RollbackAsync();
            }
            else
            {
                transaction.Rollback();
            }
        }

        Assert.Empty(await scene.ToldAsync());
        await scene.IsCachedAsync(1);
    }

    [Fact]
    public async Task A_transaction_that_is_disposed_without_a_commit_leaves_the_cache_as_it_is_and_is_forgotten()
    {
        await using var scene = await SceneAsync();
        var reference = await DropAsync(scene);
        Assert.Equal(1, await scene.VersionAsync());
        Assert.Empty(await scene.ToldAsync());

        // The next transaction of the connection, which may be the same object, is another one.
        await using (var context = scene.Shop.New())
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Add(new Product { Id = ShopServers.NewId() });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        Assert.Equal(EntityChangeKind.Create, Assert.Single(await scene.ToldAsync()).Kind);
        await Deadline.TrueAsync(() =>
        {
            GC.Collect();
            return !reference.IsAlive;
        });

        static async Task<WeakReference> DropAsync(Scene scene)
        {
            await using var context = scene.Shop.New();
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Update(new Product { Id = scene.Id, Version = 2 });
            await context.SaveChangesAsync();
            return new WeakReference(context);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_scope_wrote_is_told_when_it_completes(bool completes)
    {
        await using var scene = await SceneAsync();
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var context = scene.Shop.New();
            context.Update(new Product { Id = scene.Id, Version = 2 });
            await context.SaveChangesAsync();
            Assert.Equal(2, (await context.Products.FindCachedAsync(scene.Id))!.Version);
            using (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
            {
                Assert.Equal(1, await scene.VersionAsync());
            }

            if (completes)
            {
                scope.Complete();
            }
        }

        Assert.Equal(completes ? 2 : 1, await scene.VersionAsync());
        Assert.Equal(completes ? 1 : 0, (await scene.ToldAsync()).Count);
    }

    [Fact]
    public async Task A_transaction_of_others_that_is_committed_through_EF_Core_is_told_at_once()
    {
        await using var scene = await SceneAsync();
        await using var connection = await scene.Shop.Database.OpenConnectionAsync();
        await using var context = scene.Shop.NewOn(connection);
        var transaction = await context.Database.UseTransactionAsync(await connection.BeginTransactionAsync());
        context.Update(new Product { Id = scene.Id, Version = 2 });
        await context.SaveChangesAsync();
        Assert.Equal(1, await scene.VersionAsync());
        await transaction!.CommitAsync();

        Assert.Equal(2, await scene.VersionAsync());
        Assert.Single(await scene.ToldAsync());
    }

    [Fact]
    public async Task A_transaction_that_others_commit_is_noticed_when_it_is_over()
    {
        await using var scene = await SceneAsync();
        await using var connection = await scene.Shop.Database.OpenConnectionAsync();
        await using var context = scene.Shop.NewOn(connection);
        await using var transaction = await connection.BeginTransactionAsync();
        await context.Database.UseTransactionAsync(transaction);
        context.Update(new Product { Id = scene.Id, Version = 2 });
        await context.SaveChangesAsync();
        Assert.Equal(1, await scene.VersionAsync());
        await transaction.CommitAsync();

        await Deadline.TrueAsync(async () => await scene.VersionAsync() == 2);
        Assert.Empty(await scene.ToldAsync());
    }

    [Fact]
    public async Task Contexts_that_share_a_transaction_are_told_together()
    {
        await using var scene = await SceneAsync();
        await using var connection = await scene.Shop.Database.OpenConnectionAsync();
        await using var one = scene.Shop.NewOn(connection);
        await using var other = scene.Shop.NewOn(connection);
        await using var transaction = await one.Database.BeginTransactionAsync();
        await other.Database.UseTransactionAsync(transaction.GetDbTransaction());
        other.Update(new Product { Id = scene.Id, Version = 2 });
        await other.SaveChangesAsync();
        Assert.Equal(1, await scene.VersionAsync());
        await transaction.CommitAsync();

        Assert.Equal(2, await scene.VersionAsync());
        Assert.Single(await scene.ToldAsync());
    }

    [Fact]
    public async Task A_commit_that_PostgreSQL_turns_into_a_rollback_drops_and_tells_nothing()
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Update(new Product { Id = scene.Id, Version = 2 });
            await context.SaveChangesAsync();
            await Assert.ThrowsAsync<PostgresException>(() => context.Database.ExecuteSqlRawAsync("SELECT no_such_function()"));
            await transaction.CommitAsync();
        }

        Assert.Equal(1, await scene.VersionAsync());
        Assert.Empty(await scene.ToldAsync());
    }

    [Fact]
    public async Task A_savepoint_that_is_rolled_back_to_drops_more_than_needed_and_nothing_less()
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Update(new Product { Id = scene.Id, Version = 2 });
            await context.SaveChangesAsync();
            context.ChangeTracker.Clear();
            context.Add(new Product { Id = scene.Id, Version = 3 });
            await Assert.ThrowsAnyAsync<DbUpdateException>(() => context.SaveChangesAsync());
            await transaction.CommitAsync();
        }

        Assert.Equal(2, await scene.VersionAsync());
        Assert.Equal([(EntityChangeKind.Update, $"{scene.Id}")], await scene.ToldAsync());
    }

    [Theory]
    [MemberData(nameof(Halves))]
    public async Task A_rollback_to_a_savepoint_by_hand_drops_more_than_needed_and_nothing_less(bool isAsync)
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            await transaction.CreateSavepointAsync("before");
            context.Update(new Product { Id = scene.Id, Version = 2 });
            await SaveAsync(context, isAsync);
            if (isAsync)
            {
                await transaction.RollbackToSavepointAsync("before");
            }
            else
            {
                transaction.RollbackToSavepoint("before");
            }

            await CommitAsync(transaction, isAsync);
        }

        Assert.Equal(1, await scene.VersionAsync());
        Assert.Equal([(EntityChangeKind.Update, $"{scene.Id}")], await scene.ToldAsync());
    }

    /// <summary>As other libraries do it, which build on EF Core's own commands.</summary>
    [Theory]
    [MemberData(nameof(Halves))]
    public async Task A_command_that_writes_and_returns_one_value_drops_what_it_names(bool isAsync)
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        var command = context.GetService<IRawSqlCommandBuilder>().Build($"""UPDATE products SET "Version" = 2 WHERE "Id" = {scene.Id} RETURNING "Version" """);
        var parameters = new RelationalCommandParameterObject(context.GetService<IRelationalConnection>(), null, null, context, context.GetService<IRelationalCommandDiagnosticsLogger>());
        Assert.Equal(2L, isAsync ? await command.ExecuteScalarAsync(parameters) : command.ExecuteScalar(parameters));

        Assert.Equal(2, await scene.VersionAsync());
    }

    [Fact]
    public async Task A_save_that_fails_drops_what_it_would_have_written()
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        context.Add(new Product { Id = scene.Id });
        await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync());

        Assert.Empty(await scene.ToldAsync());
        Assert.False((await scene.Cache.PeekAsync<byte[]>($"products:{scene.Id}")).HasValue);
        Assert.Equal(1, await scene.VersionAsync());
    }

    [Theory]
    [InlineData(true, StoreConsistency.AfterCommit)]
    [InlineData(false, StoreConsistency.AfterCommit)]
    [InlineData(true, StoreConsistency.Strict)]
    public async Task A_conflict_drops_the_row_that_was_stale(bool isAsync, StoreConsistency consistency)
    {
        await using var scene = await SceneAsync(consistency);
        var id = ShopServers.NewId();
        await scene.Shop.WithAsync(context =>
        {
            context.Add(new Counted { Id = id, Version = 1 });
            return context.SaveChangesAsync();
        });
        var cached = await scene.Shop.WithAsync(context => context.Counted.FindCachedAsync(id).AsTask());

        // Somebody writes whom nobody sees.
        await using (var unseen = (await servers.ShopAsync(cache: null)).New())
        {
            await unseen.Counted.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, 7));
        }

        await using var context = scene.Shop.New();
        context.Attach(cached!).Entity.Version = 2;
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => SaveAsync(context, isAsync));
        Assert.Equal(7, (await scene.Shop.WithAsync(other => other.Counted.FindCachedAsync(id).AsTask()))!.Version);

        // And the context is as good as before.
        context.ChangeTracker.Clear();
        context.Update(new Product { Id = scene.Id, Version = 2 });
        await SaveAsync(context, isAsync);
        Assert.Equal(2, await scene.VersionAsync());
    }

    [Fact]
    public async Task Reads_within_a_transaction_see_what_it_wrote_and_cache_nothing_of_it()
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        await using var transaction = await context.Database.BeginTransactionAsync();
        context.Update(new Product { Id = scene.Id, Version = 2 });
        await context.SaveChangesAsync();

        Assert.Equal(2, (await context.Products.FindCachedAsync(scene.Id))!.Version);
        Assert.Equal(2, (await context.Products.FindManyCachedAsync([scene.Id]))[scene.Id].Version);
        Assert.Equal([2], await context.Products.Where(row => row.Id == scene.Id).Select(row => row.Version).Cached().ToListAsync());
        Assert.Equal(2, Assert.Single(await context.Products.Where(row => row.Id == scene.Id).Cached().ToListAsync()).Version);
        Assert.Equal(1, await scene.VersionAsync());
        await transaction.RollbackAsync();
        Assert.Equal(1, await scene.VersionAsync());
    }

    [Fact]
    public async Task A_save_that_is_cancelled_drops_what_it_may_have_written()
    {
        await using var scene = await SceneAsync();
        await using var context = scene.Shop.New();
        context.Update(new Product { Id = scene.Id, Version = 2 });
        using var blocker = new CancellationTokenSource();
        await using var other = (await servers.ShopAsync(cache: null)).New();
        await using var transaction = await other.Database.BeginTransactionAsync();
        await other.Database.ExecuteSqlAsync($"""SELECT 1 FROM products WHERE "Id" = {scene.Id} FOR UPDATE""");
        var saving = context.SaveChangesAsync(blocker.Token);
        await transaction.CommitAsync();
        await blocker.CancelAsync();
        try
        {
            await saving;
        }
        catch (OperationCanceledException)
        {
            // It came too late, or not.
        }

        var version = await other.Products.AsNoTracking().Where(row => row.Id == scene.Id).Select(row => row.Version).SingleAsync();
        Assert.Equal(version, await scene.VersionAsync());
    }

    private static async Task SaveAsync(DbContext context, bool isAsync)
    {
        if (isAsync)
        {
            await context.SaveChangesAsync();
        }
        else
        {
            context.SaveChanges();
        }
    }

    private static async Task CommitAsync(IDbContextTransaction transaction, bool isAsync)
    {
        if (isAsync)
        {
            await transaction.CommitAsync();
        }
        else
        {
            transaction.Commit();
        }
    }

    private async Task<Scene> SceneAsync(StoreConsistency consistency = StoreConsistency.AfterCommit)
    {
        var cache = await servers.CacheAsync(Backend.Layered);
        var scene = new Scene(cache, await servers.ShopAsync(cache, larder => larder.Consistency = consistency), ShopServers.NewId());
        await scene.BeginAsync();
        return scene;
    }
}
