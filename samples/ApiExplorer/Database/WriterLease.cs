namespace ApiExplorer.Database;

/// <summary>A session that is used for one transaction.</summary>
internal sealed class WriterLease(DatabaseSession session, Func<DatabaseSession, ValueTask> giveBack) : IAsyncDisposable
{
    public DatabaseSession Session => session;

    public ValueTask DisposeAsync()
    {
        session.Transaction = null;
        return giveBack(session);
    }
}
