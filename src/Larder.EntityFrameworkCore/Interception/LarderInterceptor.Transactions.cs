using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Larder.EntityFrameworkCore.Interception;

internal sealed partial class LarderInterceptor : IDbTransactionInterceptor
{
    public DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        Completion.Finish(StartedAsync(eventData.Context, result));
        return result;
    }

    public async ValueTask<DbTransaction> TransactionStartedAsync(DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        await StartedAsync(eventData.Context, result).ConfigureAwait(false);
        return result;
    }

    public DbTransaction TransactionUsed(DbConnection connection, TransactionEventData eventData, DbTransaction result)
    {
        Used(eventData.Context, result);
        return result;
    }

    public ValueTask<DbTransaction> TransactionUsedAsync(DbConnection connection, TransactionEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        Used(eventData.Context, result);
        return new ValueTask<DbTransaction>(result);
    }

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        Completion.Finish(CommittingAsync(transaction, CancellationToken.None));
        return result;
    }

    public async ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await CommittingAsync(transaction, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Completion.Finish(CommittedAsync(transaction));

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) => CommittedAsync(transaction).AsTask();

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => Completion.Finish(RolledBackAsync(transaction));

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) => RolledBackAsync(transaction).AsTask();

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Completion.Finish(FailedAsync(transaction));

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) => FailedAsync(transaction).AsTask();

    public void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData) => RolledBackToSavepoint(transaction);

    public Task RolledBackToSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        RolledBackToSavepoint(transaction);
        return Task.CompletedTask;
    }

    private static ValueTask StartedAsync(DbContext? context, DbTransaction transaction) =>
        ContextCache.Of(context) is { } cache ? TransactionChanges.BeginAsync(transaction, cache.Save is { HasFailed: false } save ? save : null) : default;

    private static void Used(DbContext? context, DbTransaction transaction)
    {
        // That of a unit of work ends with it.
        if (ContextCache.Of(context) is not null && !(StoreTransaction.Current is { } unit && ReferenceEquals(unit.Transaction, transaction)))
        {
            TransactionChanges.Use(transaction);
        }
    }

    private static async ValueTask CommittingAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (TransactionChanges.Find(transaction) is { } open)
        {
            await open.AnnounceAsync(transaction, cancellationToken).ConfigureAwait(false);
            if (open.Save is { } save)
            {
                await save.AnnounceAsync(transaction, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends what the transaction changes. The context must not be used here. What a save has begun a transaction for ends with the save, when generated keys are known.</summary>
    private static ValueTask CommittedAsync(DbTransaction transaction)
    {
        if (TransactionChanges.Find(transaction) is not { } open)
        {
            return default;
        }

        TransactionChanges.Forget(transaction);
        return open.IsDoubtful ? open.EndAsync(static changes => changes.OutcomeUnknownAsync()) : open.EndAsync(static changes => changes.CommittedAsync());
    }

    private static ValueTask RolledBackAsync(DbTransaction transaction)
    {
        if (TransactionChanges.Find(transaction) is not { } open)
        {
            return default;
        }

        TransactionChanges.Forget(transaction);
        return open.EndAsync(static changes => changes.RolledBackAsync());
    }

    private static ValueTask FailedAsync(DbTransaction transaction)
    {
        if (TransactionChanges.Find(transaction) is not { } open)
        {
            return default;
        }

        TransactionChanges.Forget(transaction);
        return open.EndQuietlyAsync(static changes => changes.OutcomeUnknownAsync());
    }

    private static void RolledBackToSavepoint(DbTransaction transaction)
    {
        if (TransactionChanges.Find(transaction) is { } open)
        {
            open.IsDoubtful = false;
        }
    }
}
