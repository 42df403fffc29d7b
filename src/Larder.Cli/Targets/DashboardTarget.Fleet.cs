using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Larder.Cli.Targets;

/// <summary>How an application does, and what it knows of the processes beside it and of what happens.</summary>
internal sealed partial class DashboardTarget
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    public async ValueTask<IReadOnlyList<NodeRow>> NodesAsync(CancellationToken cancellationToken)
    {
        var nodes = (await GetAsync<JsonObject>("api/nodes", cancellationToken))?["nodes"]?.AsArray() ?? [];
        return
        [
            .. from node in nodes
               let cache = node["caches"]?.AsArray().FirstOrDefault(cache => (string?)cache?["name"] == Cache)
               where cache is not null
               select new NodeRow
               {
                   Id = Text(node, "id"),
                   Application = Text(node, "application"),
                   Environment = Text(node, "environment"),
                   Machine = Text(node, "machine"),
                   ProcessId = (int)Number(node, "processId"),
                   Version = Text(node, "version"),
                   StartedAt = (DateTimeOffset?)node["startedAt"] ?? default,
                   ReportedAt = (DateTimeOffset?)node["reportedAt"] ?? default,
                   ClockSkew = Seconds(node["clockSkew"]),
                   WorkingSet = Number(node, "workingSet"),
                   Cache = Cache,
                   Status = Text(cache, "status"),
                   Reads = Number(cache, "reads"),
                   Hits = Number(cache, "hits"),
                   Loads = Number(cache, "loads"),
                   Entries = Number(cache, "entries"),
                   Bytes = Number(cache, "bytes"),
                   PendingInvalidations = Number(cache, "pendingInvalidations"),
                   LocalCopies = Text(cache, "localCopies"),
               },
        ];
    }

    public async ValueTask<IReadOnlyList<TopRow>> LookAsync(CancellationToken cancellationToken)
    {
        var caches = (await GetAsync<JsonObject>("api/overview", cancellationToken))?["caches"]?.AsArray() ?? [];
        return
        [
            .. from cache in caches
               let rates = cache["perSecond"]
               let latency = cache["latency"]
               let totals = cache["totals"]
               let shares = cache["hitRatio"]
               let hits = Number(totals, "freshHits") + Number(totals, "staleHits")
               let reads = Number(totals, "reads")
               select new TopRow
               {
                   Name = Text(cache, "name"),
                   Status = Text(cache, "status"),
                   ReadsPerSecond = (double?)rates["reads"],
                   WritesPerSecond = (double?)rates["writes"],
                   LoadsPerSecond = (double?)rates["loads"],
                   EvictionsPerSecond = (double?)rates["evictions"],
                   HitShare = (double?)shares?["fresh"] + (double?)shares?["stale"] ?? (reads > 0 ? (double)hits / reads : null),
                   ReadP50 = Seconds(latency["read"]?["p50"]),
                   ReadP99 = Seconds(latency["read"]?["p99"]),
                   LoadP99 = Seconds(latency["load"]?["p99"]),
                   Entries = Number(cache, "entries"),
                   Bytes = Number(cache, "bytes"),
                   Reads = reads,
                   Hits = hits,
                   Saved = Number(cache["saved"], "loadsAvoided"),
               },
        ];
    }

    public async IAsyncEnumerable<ChangeEvent> WatchAsync(int last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var (after, isFirst) = (0L, true); ; isFirst = false)
        {
            var answer = await GetAsync<JsonObject>(Query("api/events", ("after", FormattableString.Invariant($"{after}"))), cancellationToken);
            var events = (answer?["events"]?.AsArray() ?? []).Where(entry => Text(entry!, "cache") == Cache).ToArray();
            foreach (var entry in isFirst ? events.TakeLast(last) : events)
            {
                yield return new ChangeEvent((DateTimeOffset?)entry!["at"] ?? default, Text(entry, "kind"), Text(entry, "what"), Text(entry, "detail"), (string?)entry["traceId"]);
            }

            // A number that has gone back is that of a process which began anew: all of its events are new.
            var reached = Number(answer!, "last");
            after = reached < after ? 0 : reached;
            await Task.Delay(s_pause, _address.Time, cancellationToken);
        }
    }

    private static string Text(JsonNode? node, string name) => (string?)node?[name] ?? "";

    private static long Number(JsonNode? node, string name) => (long?)node?[name] ?? 0;

    private static TimeSpan? Seconds(JsonNode? node) => (double?)node is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}
