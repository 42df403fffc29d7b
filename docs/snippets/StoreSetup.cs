using System.Data.Common;

namespace DocsSnippets;

/// <summary>A store of users, and what it is used with.</summary>
public abstract class StoreSetup : Prelude
{
    protected static readonly ICachedStore<User, int> users = null!;
    protected static readonly ICacheSource<int, User> primary = null!;
    protected static readonly ICacheSource<int, User> replica = null!;
    protected static readonly DbConnection connection = null!;

    protected static ValueTask<IReadOnlyList<int>> FindIdsAsync(string name, int limit, CancellationToken cancellationToken) => new([]);

    protected static ValueTask<int> CountAsync(CancellationToken cancellationToken) => new(0);

    protected static Task RenameAsync(DbConnection connection, DbTransaction transaction, int id, string name) => Task.CompletedTask;
}
