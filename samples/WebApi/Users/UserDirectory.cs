using System.Collections.Concurrent;

namespace Larder.Samples.WebApi.Users;

/// <summary>Stands for a database.</summary>
internal sealed class UserDirectory
{
    private readonly ConcurrentDictionary<int, User> _users = new([new(1, new User(1, "Ada")), new(2, new User(2, "Grace"))]);
    private int _reads;

    /// <summary>Gets how often it was asked.</summary>
    public int Reads => Volatile.Read(ref _reads);

    public ValueTask<User?> FindAsync(int id)
    {
        Interlocked.Increment(ref _reads);
        return new(_users.GetValueOrDefault(id));
    }

    public ValueTask SaveAsync(User user)
    {
        _users[user.Id] = user;
        return default;
    }
}
