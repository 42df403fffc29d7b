using System.Collections.Concurrent;
using System.Transactions;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>What transactions of System.Transactions change. Their scopes tell of the end, and wait until the cache knows of it.</summary>
internal static class AmbientChanges
{
    private static readonly ConcurrentDictionary<string, TransactionChanges> s_open = new(StringComparer.Ordinal);

    public static TransactionChanges Of(Transaction transaction)
    {
        var id = transaction.TransactionInformation.LocalIdentifier;
        if (s_open.TryGetValue(id, out var open))
        {
            return open;
        }

        var made = new TransactionChanges();
        open = s_open.GetOrAdd(id, made);
        if (open == made)
        {
            transaction.TransactionCompleted += (_, completed) =>
            {
                s_open.TryRemove(KeyValuePair.Create(id, made));
                Completion.Finish(EndAsync(made, completed.Transaction!.TransactionInformation.Status));
            };
        }

        return open;
    }

    private static ValueTask EndAsync(TransactionChanges changes, TransactionStatus status) => changes.EndQuietlyAsync(end => status switch
    {
        TransactionStatus.Committed => end.CommittedAsync(),
        TransactionStatus.Aborted => end.RolledBackAsync(),
        _ => end.OutcomeUnknownAsync(),
    });
}
