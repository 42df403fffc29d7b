using System.Globalization;
using System.Text.Json.Nodes;
using Larder.Cli.Rendering;

namespace Larder.Cli.Doctor;

/// <summary>Judges a cache of a running application by what its dashboard says.</summary>
internal static class ApplicationDoctor
{
    private static readonly TimeSpan s_skewed = TimeSpan.FromSeconds(1);

    public static IEnumerable<Finding> Judge(string cache, JsonObject overview, JsonObject levels, JsonObject nodes)
    {
        if (Find(overview["caches"], cache) is { } own)
        {
            yield return Health(own);
            yield return Pending(own);
        }

        foreach (var tier in Find(levels["caches"], cache)?["tiers"]?.AsArray() ?? [])
        {
            var status = (string?)tier!["status"] ?? "";
            yield return new Finding("tier", SeverityOf(status), Text(tier, "name"), status, status == "Healthy" ? null : Text(tier, "reason"));
        }

        foreach (var finding in Nodes(nodes["nodes"]?.AsArray() ?? []))
        {
            yield return finding;
        }
    }

    private static Finding Health(JsonNode own)
    {
        var status = Text(own, "status");
        var reasons = string.Join(" ", own["reasons"]?.AsArray().Select(reason => (string?)reason) ?? []);
        return new Finding("health", SeverityOf(status), "status", status, status == "Healthy" ? null : reasons, status == "Healthy" ? null : "docs/guides/health.md says what each reason means.");
    }

    private static Finding Pending(JsonNode own)
    {
        var pending = (long?)own["totals"]?["pendingInvalidations"] ?? 0;
        var value = Humane.Count(pending);
        return pending == 0
            ? Finding.Ok("pending", "pendingInvalidations", value)
            : new Finding("pending", Severity.Warning, "pendingInvalidations", value, "Removals wait for a Redis that is away, or that refuses them.", "Look at the tiers, and at the log of the application.");
    }

    private static IEnumerable<Finding> Nodes(JsonArray nodes)
    {
        foreach (var node in nodes)
        {
            if (node!["clockSkew"] is { } seconds && TimeSpan.FromSeconds((double)seconds) is var skew)
            {
                var value = Humane.Duration(skew);
                yield return (skew.Duration() < s_skewed
                    ? Finding.Ok("clock", "clockSkew", value)
                    : new Finding("clock", Severity.Warning, "clockSkew", value, "Entries carry the time of their expiry: processes whose clocks differ see them expire too early or too late.", "Set the clocks of all machines by NTP.")) with { Server = Text(node, "id") };
            }
        }

        var versions = nodes.Select(node => Text(node!, "version")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (versions.Length > 0)
        {
            yield return versions.Length == 1
                ? Finding.Ok("versions", "Larder", string.Create(CultureInfo.InvariantCulture, $"{versions[0]} in {nodes.Count} processes"))
                : new Finding("versions", Severity.Warning, "Larder", string.Join(", ", versions), "Processes of several versions share the cache.", "That is well while a new version is rolled out; if it stays so, some processes were forgotten.");
        }
    }

    private static JsonNode? Find(JsonNode? caches, string name) => caches?.AsArray().FirstOrDefault(cache => (string?)cache?["name"] == name);

    private static string Text(JsonNode node, string name) => (string?)node[name] ?? "";

    private static Severity SeverityOf(string status) => status switch
    {
        "Healthy" => Severity.Ok,
        "Degraded" => Severity.Warning,
        "Unhealthy" => Severity.Error,
        _ => Severity.Unknown,
    };
}
