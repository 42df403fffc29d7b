using System.Data.Common;
using System.Transactions;
using Larder.EntityFrameworkCore.Model;
using Larder.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>What belongs to one context: its cache, the save that runs, what it has declared. Used by one at a time, as the context is.</summary>
internal sealed class ContextCache
{
    private readonly EntityCacheOptions _options;

    /// <summary>What <see cref="DatabaseFacade"/> asks too, after it has had everything made that it might ask.</summary>
    private readonly IRelationalConnection _connection;

    private CachedModel? _model;

    /// <summary>Made by the services of the context, of which there is one set for each.</summary>
    public ContextCache(ICurrentDbContext current, IDbContextOptions options, IRelationalConnection connection)
    {
        var extension = options.FindExtension<LarderOptionsExtension>()!;
        (Context, Stores, _options, _connection) = (current.Context, extension.Stores, extension.Options, connection);
    }

    public DbContext Context { get; }

    public StoreCore Stores { get; }

    public CachedModel Model => _model ??= CachedModel.Of(Context, Stores, _options);

    public string? Tenant => _options.Tenant?.Invoke(Context);

    /// <summary>Gets or sets the save that runs.</summary>
    public SaveScope? Save { get; set; }

    /// <summary>Gets or sets what the application says its own SQL writes; <see langword="null"/> when it says nothing.</summary>
    public DeclaredWrites? Declared { get; set; }

    /// <summary>Finds the cache of a context.</summary>
    /// <returns>The cache; <see langword="null"/> when the context has none.</returns>
    public static ContextCache? Of(DbContext? context) => (context as IInfrastructure<IServiceProvider>)?.Instance.GetService(typeof(ContextCache)) as ContextCache;

    /// <summary>Finds the cache of a context that must have one.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static ContextCache Require(DbContext context) => Of(context)
        ?? throw new InvalidOperationException($"{context.GetType().Name} has no cache. Give it one with options.UseLarder(cache).");

    /// <summary>Tells whether finds and queries go through the cache: not within a transaction, whose own writes they must see and nobody else may.</summary>
    /// <exception cref="ObjectDisposedException">The context was disposed.</exception>
    public bool Reads(EntityStore store)
    {
        _ = Context.Database; // Throws when the context was disposed, as all else of it does.
        return store.Options.Enabled && StoreTransaction.Current is null && _connection.CurrentTransaction is null && FindAmbient() is null;
    }

    /// <summary>Finds what the transaction around a command changes.</summary>
    /// <returns>The changes; <see langword="null"/> when there is no transaction, or only that of the save that runs.</returns>
    public ChangeSet? FindChanges()
    {
        if (_connection.CurrentTransaction?.GetDbTransaction() is { } transaction)
        {
            if (StoreTransaction.Current is { } unit && ReferenceEquals(unit.Transaction, transaction))
            {
                return unit.ChangesOf(Stores);
            }

            var open = TransactionChanges.Of(transaction);
            return open.Save is not null && open.Save == Save ? null : open.ChangesOf(Stores);
        }

        return FindAmbient() is { } ambient ? AmbientChanges.Of(ambient).ChangesOf(Stores) : null;
    }

    /// <summary>Removes a row that was written under another model.</summary>
    public async ValueTask RemoveAsync(StoreSpace space, string id, CancellationToken cancellationToken)
    {
        try
        {
            await Stores.InvalidateAsync(new Invalidation.InvalidationPlan([space.RowKey(id)], [], []), isStrict: false, cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            Stores.Diagnostics.TierFailed("remove", space.RowKey(id), exception);
        }
    }

    private Transaction? FindAmbient()
    {
        if (_connection is ITransactionEnlistmentManager { EnlistedTransaction: { } enlisted })
        {
            return enlisted;
        }

        return Transaction.Current is { } current && Enlists(_connection.DbConnection.ConnectionString) ? current : null;
    }

    /// <summary>Tells whether connections take part in the transaction around them, which their connection string may forbid.</summary>
    private static bool Enlists(string connectionString) =>
        !new DbConnectionStringBuilder { ConnectionString = connectionString }.TryGetValue("Enlist", out var enlist)
        || !string.Equals(enlist as string, "false", StringComparison.OrdinalIgnoreCase);
}
