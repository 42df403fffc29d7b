using System.Transactions;

namespace Larder.Store;

/// <summary>
/// The transactions of <see cref="TransactionScope"/> in which stores of one cache have written. What they wrote is invalidated when they have completed, which the scope tells and does not wait for.
/// </summary>
internal sealed class AmbientTransaction(StoreCore stores)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ChangeSet> _changes = new(StringComparer.Ordinal);

    /// <summary>Gets whether this flow is within a scope that has not completed.</summary>
    public static bool IsOpen => Transaction.Current is not null;

    /// <summary>Gets what the transaction of this flow changes.</summary>
    public ChangeSet Changes()
    {
        var transaction = Transaction.Current!;
        var id = transaction.TransactionInformation.LocalIdentifier;
        ChangeSet? changes;
        lock (_gate)
        {
            if (_changes.TryGetValue(id, out changes))
            {
                return changes;
            }

            _changes[id] = changes = stores.NewChanges();
        }

        transaction.TransactionCompleted += (_, completed) => End(id, completed.Transaction!.TransactionInformation.Status);
        return changes;
    }

    private void End(string id, TransactionStatus status)
    {
        ChangeSet? changes;
        lock (_gate)
        {
            _changes.Remove(id, out changes);
        }

        if (changes is not null)
        {
            _ = EndAsync(changes, status);
        }
    }

    private async Task EndAsync(ChangeSet changes, TransactionStatus status)
    {
        try
        {
            await (status switch
            {
                TransactionStatus.Committed => changes.CommittedAsync(),
                TransactionStatus.Aborted => changes.RolledBackAsync(),
                _ => changes.OutcomeUnknownAsync(),
            }).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            // Nobody is left to be told.
            stores.Diagnostics.TierFailed("invalidate", "ambient transaction", exception);
        }
    }
}
