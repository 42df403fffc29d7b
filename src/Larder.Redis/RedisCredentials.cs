namespace Larder.Redis;

/// <summary>A user and password of Redis. Neither shows in <see cref="ToString"/>.</summary>
/// <param name="User">The user; <see langword="null"/> for the default user.</param>
/// <param name="Password">The password.</param>
public readonly record struct RedisCredentials(string? User, string? Password)
{
    /// <summary>Tells only that these are credentials.</summary>
    /// <returns>A text without secrets.</returns>
    public override string ToString() => "credentials (not shown)";
}
