using System.Data;
using Npgsql;

namespace ApiExplorer.Database;

/// <summary>The catalogue in a schema of a PostgreSQL database, with the pool of connections of its provider.</summary>
internal sealed class PostgresCatalog(string connectionString) : CatalogDatabase
{
    /// <summary>The schema of the catalogue.</summary>
    public const string Schema = "api_explorer";

    private const int PreparedStatements = 64;

    private readonly NpgsqlDataSource _source = Connect(connectionString);

    /// <summary>Makes a pool. What the connection string says itself goes before what is chosen here.</summary>
    /// <exception cref="ArgumentException">It is no connection string of PostgreSQL.</exception>
    public static NpgsqlDataSource Connect(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = Schema };
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = PreparedStatements;
        settings.ApplicationName ??= nameof(ApiExplorer);
        return NpgsqlDataSource.Create(settings);
    }

    public override Task<string> IdentityAsync() => ReadAsync(
        0,
        static async (session, _) => (await session.QueryFirstAsync("SELECT import_id::text FROM catalog", static row => row.GetString(0)))!,
        CancellationToken.None).AsTask();

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    protected override async ValueTask<T> ReadPooledAsync<TState, T>(
        TState state, Func<DatabaseSession, TState, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await session.Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        session.Transaction = transaction;
        var result = await read(session, state).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    protected override async ValueTask<WriterLease> RentWriterAsync(CancellationToken cancellationToken) =>
        new(await OpenAsync(cancellationToken).ConfigureAwait(false), static session => session.DisposeAsync());

    /// <summary>Every note raises the version of the catalogue's only row: who has it first does not wait for others in the middle.</summary>
    protected override Task TakeTurnAsync(DatabaseSession session) => session.RunAsync("SELECT id FROM catalog FOR UPDATE");

    private async ValueTask<DatabaseSession> OpenAsync(CancellationToken cancellationToken) =>
        new(await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), PostgresDialect.Instance, Statements);
}
