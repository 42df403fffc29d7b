using System.Net;

namespace Larder.Cli.Doctor.Checks;

/// <summary>Whether the cache may do what it must, and others may not.</summary>
internal static class SecurityChecks
{
    public static IEnumerable<Finding> Of(CacheFacts cache)
    {
        yield return Permissions(cache);
        yield return Encryption(cache);
    }

    public static IEnumerable<Finding> Of(ServerFacts server)
    {
        if (server.Settings.GetValueOrDefault("bind") is not { } bind)
        {
            yield return Finding.Unknown("exposure", "bind", "The user may not use CONFIG GET, which a cache does not need. Ask as an administrator.");
            yield break;
        }

        var isOpen = server.Settings.GetValueOrDefault("requirepass") is "" or null;
        var isPublic = bind.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: 0 } || bind.Split(' ', StringSplitOptions.RemoveEmptyEntries).Any(address => !IsLoopback(address.TrimStart('-')));
        var isProtected = server.Settings.GetValueOrDefault("protected-mode") != "no";
        var value = $"bind {(bind.Length == 0 ? "all" : bind)}, protected-mode {(isProtected ? "yes" : "no")}, {(isOpen ? "no password" : "with a password")}";
        yield return isOpen && isPublic && !isProtected
            ? new Finding("exposure", Severity.Error, "bind, protected-mode, requirepass", value, "Whoever can reach the port can read, change and delete everything, and write files on the server.", "Set a password (requirepass, or ACL users as in docs/guides/redis.md), bind to the network of the application alone, and set protected-mode yes.")
            : Finding.Ok("exposure", "bind, protected-mode, requirepass", value);
    }

    private static Finding Permissions(CacheFacts cache)
    {
        if (cache.Missing.Count > 0)
        {
            return new Finding("permissions", Severity.Error, "rename-command", string.Join(" ", cache.Missing), "The server does not know commands that a cache needs: they were renamed or removed, or it is no Redis.", "Take rename-command out of redis.conf; restrict users by ACLs instead.");
        }

        return cache.Forbidden.Count > 0
            ? new Finding("permissions", Severity.Error, $"ACL of {cache.User}", string.Join(" ", cache.Forbidden.Select(name => "-" + name)), "The user may not do what a cache does.", $"ACL SETUSER {cache.User} {string.Join(" ", cache.Forbidden.Select(name => "+" + name))} ~{cache.Prefix}:* ~{cache.Prefix}!* ~{{{cache.Prefix}!tags}}* &{cache.Prefix}!* &{{{cache.Prefix}!tags}}*")
            : Finding.Ok("permissions", $"ACL of {cache.User}", "all that a cache needs");
    }

    private static Finding Encryption(CacheFacts cache)
    {
        var distant = cache.Options.Endpoints.Where(endpoint => !endpoint.StartsWith("unix:", StringComparison.Ordinal) && !IsLoopback(HostOf(endpoint))).ToArray();
        return cache.Options.Tls || distant.Length == 0
            ? Finding.Ok("tls", "TLS", cache.Options.Tls ? "on" : "off, on this machine alone")
            : new Finding("tls", Severity.Warning, "TLS", $"off, to {string.Join(", ", distant)}", "What is cached, and the password, can be read on the way.", "Give the server certificates (tls-port) and connect with rediss://.");
    }

    private static string HostOf(string endpoint) => endpoint[..endpoint.LastIndexOf(':')].Trim('[', ']');

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
