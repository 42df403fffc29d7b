namespace DocsSnippets;

/// <summary>A source of record that answers at once.</summary>
public sealed class Db
{
    public static ValueTask<User> FindUser(int id, CancellationToken cancellationToken) => new(new User(id, "Ada"));

    public Task<User> FindUserAsync(int id, CancellationToken cancellationToken = default) => Task.FromResult(new User(id, "Ada"));

    public Task<IReadOnlyList<User>> FindUsersAsync(IEnumerable<int> ids, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<User>>([.. ids.Select(id => new User(id, "Ada"))]);

    public Task SaveAsync(User user, CancellationToken cancellationToken = default) => Task.CompletedTask;
}
