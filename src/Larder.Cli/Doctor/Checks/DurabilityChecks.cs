using System.Globalization;

namespace Larder.Cli.Doctor.Checks;

/// <summary>Whether the server takes writes, and what it does with them besides.</summary>
internal static class DurabilityChecks
{
    public static IEnumerable<Finding> Of(ServerFacts server)
    {
        if (server.Text("role") is { } role)
        {
            yield return Replication(server, role);
        }
        else
        {
            yield return Finding.Unknown("replication", "role", "The user may not use INFO. Give it +info.");
        }

        if (server.Text("aof_enabled") is not null)
        {
            yield return Persistence(server);
        }
    }

    private static Finding Replication(ServerFacts server, string role)
    {
        if (role != "master")
        {
            return new Finding("replication", Severity.Error, "role", role, "This server is a replica, and refuses writes.", "Name the primary; or name the sentinels with ?sentinelServiceName=..., which know who it is.");
        }

        var replicas = server.Number("connected_slaves") ?? 0;
        var needed = server.Number("min-replicas-to-write") ?? 0;
        return needed > replicas
            ? new Finding("replication", Severity.Error, "min-replicas-to-write", string.Create(CultureInfo.InvariantCulture, $"{needed}, with {replicas} connected"), "Too few replicas are connected: the server refuses all writes (NOREPLICAS).", "Bring the replicas back, or set min-replicas-to-write 0: a cache can lose a write.")
            : Finding.Ok("replication", "role", string.Create(CultureInfo.InvariantCulture, $"{role}, {replicas} replicas"));
    }

    private static Finding Persistence(ServerFacts server)
    {
        foreach (var name in (string[])["rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status"])
        {
            if (server.Text(name) is { } status && status != "ok")
            {
                return new Finding("persistence", Severity.Error, name, status, "The server could not write to its disk. It refuses writes while that lasts (MISCONF).", "Make room on its disk and look into its log; or switch it off for a cache: save \"\", appendonly no.");
            }
        }

        var hasLog = server.Text("aof_enabled") == "1";
        if (hasLog && server.Text("appendfsync") == "always")
        {
            return new Finding("persistence", Severity.Warning, "appendfsync", "always", "Each write waits for the disk of the server.", "Set appendfsync everysec; for a cache that may begin empty, appendonly no.");
        }

        var saves = server.Text("save") is { Length: > 0 } rules ? $"snapshots ({rules})" : "no snapshots";
        return Finding.Ok("persistence", "appendonly, save", $"{(hasLog ? "append-only file" : "no append-only file")}, {saves}");
    }
}
