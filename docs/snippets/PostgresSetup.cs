global using Larder.PostgreSql;

namespace DocsSnippets;

/// <summary>A PostgreSQL whose tables belong to stores.</summary>
public abstract class PostgresSetup : Prelude
{
    protected static readonly string connectionString = "Host=localhost";
    protected static readonly PostgresChanges changes = null!;
}
