using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Larder.Store.Tests.Rows;

/// <summary>A connection whose transactions call a test before and after the commit: to wait there, or never to return, as a process that dies.</summary>
internal sealed class SteppedConnection(DbConnection inner) : DbConnection
{
    public Func<Task> BeforeCommit { get; init; } = () => Task.CompletedTask;

    public Func<Task> AfterCommit { get; init; } = () => Task.CompletedTask;

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => inner.ConnectionString = value;
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Close() => inner.Close();

    public override void Open() => inner.Open();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new SteppedTransaction(this, inner.BeginTransaction(isolationLevel));

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        new SteppedTransaction(this, await inner.BeginTransactionAsync(isolationLevel, cancellationToken));

    protected override DbCommand CreateDbCommand() => inner.CreateCommand();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
    }

    private sealed class SteppedTransaction(SteppedConnection connection, DbTransaction transaction) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => transaction.IsolationLevel;

        protected override DbConnection DbConnection => connection;

        public override void Commit() => transaction.Commit();

        public override async Task CommitAsync(CancellationToken cancellationToken = default)
        {
            await connection.BeforeCommit();
            await transaction.CommitAsync(cancellationToken);
            await connection.AfterCommit();
        }

        public override void Rollback() => transaction.Rollback();

        public override Task RollbackAsync(CancellationToken cancellationToken = default) => transaction.RollbackAsync(cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                transaction.Dispose();
            }
        }
    }
}
