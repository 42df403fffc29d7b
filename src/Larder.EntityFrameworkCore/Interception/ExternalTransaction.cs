using System.Data;
using System.Data.Common;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>Watches a transaction that somebody else may commit, of which ADO.NET tells nothing. When it is over, what it wrote is invalidated, whatever became of it.</summary>
internal sealed class ExternalTransaction : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly WeakReference<DbTransaction> _transaction;
    private readonly TransactionChanges _changes;
    private readonly DbConnection? _connection;
    private readonly ITimer _timer;
    private int _isOver;

    public ExternalTransaction(WeakReference<DbTransaction> transaction, TransactionChanges changes, TimeProvider time)
    {
        (_transaction, _changes) = (transaction, changes);
        _connection = transaction.TryGetTarget(out var target) ? target.Connection : null;
        if (_connection is not null)
        {
            _connection.StateChange += Changed;
        }

        _timer = time.CreateTimer(static watch => ((ExternalTransaction)watch!).Look(), this, Interval, Interval);
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _isOver, 1);
        _timer.Dispose();
        if (_connection is not null)
        {
            _connection.StateChange -= Changed;
        }
    }

    private void Changed(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState is ConnectionState.Closed or ConnectionState.Broken)
        {
            End();
        }
    }

    private void Look()
    {
        if (!_transaction.TryGetTarget(out var transaction) || HasEnded(transaction))
        {
            End();
        }
    }

    private static bool HasEnded(DbTransaction transaction)
    {
        try
        {
            return transaction.Connection is null || transaction.IsolationLevel == IsolationLevel.Chaos;
        }
        catch (Exception)
        {
            // Of a transaction that has ended providers have no connection, or refuse to say anything.
            return true;
        }
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            Dispose();
            _ = _changes.EndQuietlyAsync(static changes => changes.OutcomeUnknownAsync()).AsTask();
        }
    }
}
