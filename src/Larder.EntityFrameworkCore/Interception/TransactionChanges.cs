using System.Data.Common;
using System.Runtime.CompilerServices;
using Larder.Store;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>
/// What one transaction changes, in one cache or several. Contexts that share a transaction share this, whatever they call the transaction, for it is found by its object; one that is dropped without
/// an end is dropped with it.
/// </summary>
internal sealed class TransactionChanges
{
    private static readonly ConditionalWeakTable<DbTransaction, TransactionChanges> s_open = [];

    private readonly Lock _gate = new();
    private readonly Dictionary<StoreCore, ChangeSet> _changes = [];
    private readonly WeakReference<DbTransaction>? _external;
    private ExternalTransaction? _watch;
    private volatile bool _hasEnded;

    /// <summary>Makes the changes of a transaction whose end is told.</summary>
    public TransactionChanges()
    {
    }

    private TransactionChanges(DbTransaction external) => _external = new WeakReference<DbTransaction>(external);

    /// <summary>Gets the save for which EF Core itself began the transaction, and which ends what it changes.</summary>
    public SaveScope? Save { get; init; }

    /// <summary>Gets or sets whether a command failed, after which some databases roll back whatever commit is asked for.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Begins the account of a transaction that EF Core has begun. Providers may use an object again; what is left of its earlier use ends here.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="save">The save that runs.</param>
    public static async ValueTask BeginAsync(DbTransaction transaction, SaveScope? save)
    {
        s_open.TryGetValue(transaction, out var earlier);
        s_open.AddOrUpdate(transaction, new TransactionChanges { Save = save });
        if (earlier is not null)
        {
            // Without a commit that was seen it was rolled back, unless nobody could have seen it.
            await (earlier._external is null ? earlier.EndAsync(static changes => changes.RolledBackAsync()) : earlier.EndQuietlyAsync(static changes => changes.OutcomeUnknownAsync())).ConfigureAwait(false);
        }
    }

    /// <summary>Says that a context was given a transaction, which may be committed where nobody sees it.</summary>
    public static void Use(DbTransaction transaction)
    {
        if (!s_open.TryGetValue(transaction, out var open) || open._hasEnded)
        {
            // An object that ended before is used again.
            s_open.AddOrUpdate(transaction, new TransactionChanges(transaction));
        }
        else if (open._external is null)
        {
            // It is another context's, or was; in case it was, it is watched.
            s_open.AddOrUpdate(transaction, open.AsExternal(transaction));
        }
    }

    /// <summary>Finds the account of a transaction. One whose begin was not seen may end unseen too.</summary>
    public static TransactionChanges Of(DbTransaction transaction)
    {
        if (s_open.TryGetValue(transaction, out var open) && !open._hasEnded)
        {
            return open;
        }

        var made = new TransactionChanges(transaction);
        s_open.AddOrUpdate(transaction, made);
        return made;
    }

    public static TransactionChanges? Find(DbTransaction transaction) => s_open.TryGetValue(transaction, out var open) ? open : null;

    /// <summary>Gets what the transaction changes in one cache.</summary>
    public ChangeSet ChangesOf(StoreCore stores)
    {
        lock (_gate)
        {
            if (!_changes.TryGetValue(stores, out var changes))
            {
                _changes[stores] = changes = stores.NewChanges();
            }

            if (_external is not null && _watch is null)
            {
                _watch = new ExternalTransaction(_external, this, stores.Time);
            }

            return changes;
        }
    }

    /// <summary>Announces what is written, before a commit that is seen.</summary>
    public async ValueTask AnnounceAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        _watch?.Dispose();
        foreach (var changes in Snapshot())
        {
            await changes.AnnounceAsync(cancellationToken).ConfigureAwait(false);
            await changes.WriteOutboxAsync(transaction.Connection!, transaction, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells all caches of the end.</summary>
    /// <exception cref="CacheException">A strict store could not be told.</exception>
    public async ValueTask EndAsync(Func<ChangeSet, ValueTask> end)
    {
        _hasEnded = true;
        _watch?.Dispose();
        CacheException? failure = null;
        foreach (var changes in Snapshot())
        {
            try
            {
                await end(changes).ConfigureAwait(false);
            }
            catch (CacheException exception)
            {
                failure ??= exception;
            }
        }

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>As <see cref="EndAsync"/>, where nobody is there to be told of a failure, or another error is on its way.</summary>
    public async ValueTask EndQuietlyAsync(Func<ChangeSet, ValueTask> end)
    {
        try
        {
            await EndAsync(end).ConfigureAwait(false);
        }
        catch (CacheException)
        {
            // It was counted and logged where it was thrown, and is done later.
        }
    }

    public static void Forget(DbTransaction transaction) => s_open.Remove(transaction);

    private ChangeSet[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _changes.Values];
        }
    }

    private TransactionChanges AsExternal(DbTransaction transaction)
    {
        var external = new TransactionChanges(transaction) { Save = Save, IsDoubtful = IsDoubtful };
        lock (_gate)
        {
            foreach (var (stores, changes) in _changes)
            {
                external._changes[stores] = changes;
                external._watch ??= new ExternalTransaction(external._external!, external, stores.Time);
            }
        }

        return external;
    }
}
