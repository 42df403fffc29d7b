namespace Larder.Cli.Doctor;

/// <summary>
/// Tries each command that a cache needs, as the user that is logged in, in a form that changes nothing: on keys that are not there, or with an argument that is refused after the permission was
/// looked at. The list is that of docs/guides/redis.md, without what the connection itself has just used and what would change it.
/// </summary>
internal static class PermissionProbes
{
    /// <summary>Gets the commands, with arguments that do no harm.</summary>
    /// <param name="key">A key of the cache that is not there.</param>
    /// <param name="tag">A key of its tags that is not there.</param>
    /// <param name="channel">A channel of the cache.</param>
    public static IEnumerable<(string Command, string[] Arguments)> Of(string key, string tag, string channel) =>
    [
        ("get", [key]),
        ("set", [key, "", "XX", "PX", "1"]),
        ("mget", [key]),
        ("getrange", [key, "0", "0"]),
        ("setrange", [key, "0", ""]),
        ("exists", [key]),
        ("unlink", [key]),
        ("pexpire", [key, "1"]),
        ("persist", [key]),
        ("pttl", [key]),
        ("incrby", [key, "no number"]),
        ("scan", ["0", "MATCH", key, "COUNT", "1"]),
        ("time", []),
        ("eval", ["return 1", "1", key]),
        ("evalsha", ["0000000000000000000000000000000000000000", "1", key]),
        ("zadd", [tag, "XX", "1", "member"]),
        ("zcount", [tag, "0", "1"]),
        ("zrangebyscore", [tag, "0", "1"]),
        ("zrem", [tag, "member"]),
        ("zremrangebyscore", [tag, "0", "1"]),
        ("zscore", [tag, "member"]),
        ("publish", [channel, ""]),
    ];

    /// <summary>Tries them.</summary>
    /// <returns>Those that are forbidden, and those that are not there.</returns>
    public static async ValueTask<(IReadOnlyList<string> Forbidden, IReadOnlyList<string> Missing)> RunAsync(ICache cache, string prefix, CancellationToken cancellationToken)
    {
        var name = $"doctor:{Guid.NewGuid():N}";
        var (forbidden, missing) = (new List<string>(), new List<string>());
        foreach (var (command, arguments) in Of($"{prefix}:{name}", $"{{{prefix}!tags}}:{name}", $"{prefix}!{name}"))
        {
            try
            {
                await cache.ExecuteAsync(command, arguments, cancellationToken);
            }
            catch (CacheServerException exception) when (exception.Message.Contains("NOPERM", StringComparison.Ordinal))
            {
                forbidden.Add(command);
            }
            catch (CacheServerException exception) when (exception.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase))
            {
                missing.Add(command);
            }
            catch (CacheServerException)
            {
                // Refused for what was asked, not for who asked.
            }
        }

        return (forbidden, missing);
    }
}
