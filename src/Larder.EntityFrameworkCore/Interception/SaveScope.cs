using Larder.EntityFrameworkCore.Model;
using Larder.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>
/// One SaveChanges. What it writes is read from the change tracker when its first command is about to be sent, for only then has everybody who changes what is saved done so. If a transaction is around it
/// what it writes belongs to that; otherwise it ends with the save, whether EF Core has begun a transaction for it or not.
/// </summary>
internal sealed class SaveScope(ContextCache context, SaveScope? outer)
{
    private readonly List<SavedRow> _rows = [];
    private ChangeSet? _own;

    /// <summary>Gets the save within which this one runs.</summary>
    public SaveScope? Outer { get; } = outer;

    /// <summary>Gets or sets whether the save has failed, though nobody may say so.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Gets or sets whether what is written has been read.</summary>
    public bool IsCaptured { get; set; }

    /// <summary>Gets or sets how transactions are begun by this context, to be put back at the end.</summary>
    public AutoTransactionBehavior? Behavior { get; set; }

    /// <summary>Reads what is written, and announces it.</summary>
    /// <exception cref="CacheException">With a strict store: it cannot be announced.</exception>
    public ValueTask CaptureAsync(CancellationToken cancellationToken)
    {
        var tracker = context.Context.ChangeTracker;
        var detects = tracker.AutoDetectChangesEnabled;
        _rows.Clear();
        try
        {
            tracker.AutoDetectChangesEnabled = false;
            foreach (var entry in tracker.Entries())
            {
                if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)
                {
                    Add(entry);
                }
            }
        }
        finally
        {
            tracker.AutoDetectChangesEnabled = detects;
        }

        var around = context.FindChanges();
        var changes = around ?? (_own ??= context.Stores.NewChanges());
        if (around is null && !context.Model.Announces)
        {
            // What is written has to be told at the end only.
            return default;
        }

        AddTo(changes, isTold: false);
        return changes.AnnounceAsync(cancellationToken);
    }

    /// <summary>Announces once more before the commit of the transaction that EF Core has begun for the save.</summary>
    public async ValueTask AnnounceAsync(System.Data.Common.DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (_own is not null)
        {
            await _own.AnnounceAsync(cancellationToken).ConfigureAwait(false);
            await _own.WriteOutboxAsync(transaction.Connection!, transaction, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends with success: what was written is told to the transaction around it, or to the cache.</summary>
    /// <exception cref="CacheException">A strict store could not be told.</exception>
    public ValueTask SavedAsync()
    {
        if (_rows.Count == 0)
        {
            return default;
        }

        var tenant = context.Tenant;
        foreach (var store in _rows is [var only] ? [only.Store] : _rows.Select(row => row.Store).Distinct())
        {
            store.SpaceOf(tenant).Counters.Write();
        }

        var around = context.FindChanges();
        var changes = around ?? _own ?? context.Stores.NewChanges();
        AddTo(changes, isTold: true);

        // What is around it now has its own end; somebody may have begun it after the save had begun.
        return around is null ? changes.CommittedAsync() : _own?.RolledBackAsync() ?? default;
    }

    /// <summary>Ends without success, which does not mean that nothing was written.</summary>
    public async ValueTask FailedAsync()
    {
        if (_own is not null)
        {
            AddTo(_own, isTold: false);
            try
            {
                await _own.OutcomeUnknownAsync().ConfigureAwait(false);
            }
            catch (CacheException)
            {
                // It was counted and logged; the caller is told why the save failed.
            }
        }
    }

    /// <summary>Drops the rows that others have changed, at once: they were stale in the hands of who saves, perhaps because they are stale in the cache.</summary>
    public async ValueTask ConflictAsync(IEnumerable<EntityEntry> entries)
    {
        HasFailed = true;
        var changes = context.Stores.NewChanges();
        AddTo(changes, isTold: false);
        foreach (var entry in entries)
        {
            Row(entry).AddTo(changes, context.Tenant, isTold: false);
        }

        try
        {
            await changes.CommittedAsync().ConfigureAwait(false);
        }
        catch (CacheException)
        {
            // It was counted and logged; the caller is told of the conflict.
        }

        if (_own is { } own)
        {
            _own = null;
            await own.RolledBackAsync().ConfigureAwait(false);
        }
    }

    private void AddTo(ChangeSet changes, bool isTold)
    {
        var tenant = context.Tenant;
        if (_rows is [var only])
        {
            only.AddTo(changes, tenant, isTold);
            return;
        }

        var told = new HashSet<(EntityStore, string?)>();
        foreach (var row in _rows.OrderBy(row => row.IsPart))
        {
            // Of a row and its parts one change is told, that of the row itself if there is one.
            row.AddTo(changes, tenant, isTold && (row.Id is null || told.Add((row.Store, row.Id))));
        }
    }

    private void Add(EntityEntry entry)
    {
        var row = Row(entry);
        if (!row.IsPartOfNewRow)
        {
            _rows.Add(row);
        }
    }

    private SavedRow Row(EntityEntry entry) => new(entry, context.Model);
}
