using System.Text.Json.Nodes;
using Larder.Cli.Tests.Running;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Cli.Tests.Doctor;

/// <summary>Servers and caches that something is wrong with, each found, named with its value and with what to change.</summary>
public sealed class DoctorTests
{
    /// <summary>How a server of a cache should be.</summary>
    private static readonly RedisServerOptions s_sound = new() { MaxMemory = "64mb", MaxMemoryPolicy = "allkeys-lfu" };

    [Fact]
    public async Task Nothing_is_found_where_nothing_is_wrong()
    {
        await using var server = await RedisServer.StartAsync(s_sound);
        await using var cache = await ConnectAsync(server);
        await cache.SetAsync("user:1", "Ada", TimeSpan.FromHours(1));

        var run = await DiagnoseAsync(server);

        Assert.Equal((0, "[]"), (run.ExitCode, Problems(run).ToJsonString()));
        Assert.True(JsonNode.Parse(run.Output)!["findings"]!.AsArray().Count >= 15);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Findings_are_told(string format)
    {
        await using var server = await RedisServer.StartAsync(new() { Settings = ["maxmemory-policy noeviction", "tracking-table-max-keys 10"] });

        var run = await DiagnoseAsync(server, format == "json" ? "json" : "table");

        Golden.Equal($"doctor.{format}.txt", run.Transcript((@"\d+ of 10,000 connections", "N of 10,000 connections"), (@"(?<=redis_version: |redis_version"",""value"":"")[\d.]+", "VERSION")));
    }

    [Fact]
    [Ledger(39)]
    public async Task A_server_without_a_limit() => await FindsAsync(new(), "memory-limit", "warning", "maxmemory", "0");

    [Fact]
    [Ledger(39)]
    public async Task A_server_that_refuses_writes_when_it_is_full() =>
        await FindsAsync(s_sound with { MaxMemoryPolicy = "noeviction" }, "eviction-policy", "error", "maxmemory-policy", "noeviction");

    [Fact]
    public async Task A_table_of_tracked_keys_that_is_too_small() =>
        await FindsAsync(s_sound with { Settings = ["tracking-table-max-keys 10"] }, "tracking-table", "warning", "tracking-table-max-keys", "10,");

    [Fact]
    public async Task Output_buffers_that_cut_off_who_is_told_of_changes() =>
        await FindsAsync(s_sound with { Settings = ["client-output-buffer-limit normal 1mb 512kb 5"] }, "output-buffer", "warning", "client-output-buffer-limit normal", "1048576 524288 5");

    [Fact]
    public async Task Writes_that_wait_for_the_disk() =>
        await FindsAsync(s_sound with { IsDurable = true }, "persistence", "warning", "appendfsync", "always");

    [Fact]
    public async Task Writes_that_need_replicas_which_are_not_there() =>
        await FindsAsync(s_sound with { Settings = ["min-replicas-to-write 1"] }, "replication", "error", "min-replicas-to-write", "1, with 0 connected");

    /// <summary>The second address is one that no machine has, and that Redis may do without.</summary>
    [Fact]
    public async Task A_server_that_is_open_to_all() =>
        await FindsAsync(s_sound with { Settings = ["bind 127.0.0.1 -192.0.2.1", "protected-mode no"] }, "exposure", "error", "bind, protected-mode, requirepass", "no password");

    [Fact]
    [Ledger(23)]
    public async Task Too_few_connections()
    {
        await using var server = await RedisServer.StartAsync(s_sound with { Settings = ["maxclients 10"] });
        var others = new List<RawConnection>();
        for (var i = 0; i < 7; i++)
        {
            others.Add(await server.ConnectAsync());
        }

        var finding = Finding(await DiagnoseAsync(server), "clients");
        others.ForEach(other => other.Dispose());

        Assert.Equal(("warning", "maxclients"), ((string?)finding["severity"], (string?)finding["setting"]));
    }

    [Fact]
    public async Task A_command_that_was_renamed() =>
        await FindsAsync(s_sound with { Settings = ["rename-command EVALSHA \"\""] }, "permissions", "error", "rename-command", "evalsha");

    [Fact]
    public async Task A_server_that_is_a_replica()
    {
        await using var primary = await RedisServer.StartAsync(s_sound);
        await FindsAsync(s_sound with { Settings = [$"replicaof 127.0.0.1 {primary.Port}"] }, "replication", "error", "role", "slave");
    }

    [Fact]
    public async Task A_user_that_may_not_do_what_a_cache_does()
    {
        await using var server = await RedisServer.StartAsync(s_sound with { Users = ["shop on >secret ~shop* ~{shop* &* -@all +hello +auth +ping +get +set +mget +exists +scan +time +info +client|setname +client|tracking"] });
        var run = await new Run { Variables = [("LARDER_REDIS_PASSWORD", "secret")] }.StartAsync(["doctor", "--redis", server.EndPoint, "--cache", "shop", "--user", "shop", "-o", "json"]);

        var finding = Finding(run, "permissions");
        Assert.Equal((1, "error", "ACL of shop"), (run.ExitCode, (string?)finding["severity"], (string?)finding["setting"]));
        Assert.Contains("-unlink", (string?)finding["value"]);
        Assert.DoesNotContain("-mget", (string?)finding["value"]);
        Assert.StartsWith("ACL SETUSER shop +getrange", (string?)finding["advice"]);
    }

    [Fact]
    public async Task A_user_that_may_not_be_told_of_changes()
    {
        await using var server = await RedisServer.StartAsync(s_sound with { Users = ["shop on >secret ~* &* +@all -client|tracking"] });
        var run = await new Run { Variables = [("LARDER_REDIS_PASSWORD", "secret")] }.StartAsync(["doctor", "--redis", server.EndPoint, "--cache", "shop", "--user", "shop", "-o", "json"]);

        var finding = Finding(run, "tracking");
        Assert.Equal((1, "warning", "refused"), (run.ExitCode, (string?)finding["severity"], (string?)finding["value"]));
    }

    [Fact]
    public async Task A_server_that_is_far_away()
    {
        await using var server = await RedisServer.StartAsync(s_sound);
        await using var proxy = new FaultProxy("127.0.0.1", server.Port) { Latency = TimeSpan.FromMilliseconds(12) };
        var run = await Run.ToolAsync("doctor", "--redis", $"127.0.0.1:{proxy.Port}", "--cache", "shop", "-o", "json");

        Assert.Equal((1, "warning"), (run.ExitCode, (string?)Finding(run, "latency")["severity"]));
    }

    [Fact]
    public async Task A_clock_that_is_wrong()
    {
        await using var server = await RedisServer.StartAsync(s_sound);
        var run = await new Run { Time = new SkewedClock(TimeSpan.FromMinutes(-3)) }.StartAsync(["doctor", "--redis", server.EndPoint, "--cache", "shop", "-o", "json"]);

        var finding = Finding(run, "clock");
        Assert.Equal((1, "warning"), (run.ExitCode, (string?)finding["severity"]));
        Assert.Matches("^(3m|2m 59s).* ahead of this machine$", (string?)finding["value"]);
    }

    [Fact]
    public async Task Entries_that_never_expire_that_are_big_or_of_another_program()
    {
        await using var server = await RedisServer.StartAsync(s_sound);
        await using var cache = await ConnectAsync(server);
        await cache.SetAsync("lasting", 1, CacheTtl.Never);
        await cache.SetAsync("large", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(2 << 20)), TimeSpan.FromHours(1));
        await server.CommandAsync("SET", "shop:other", "theirs", "EX", "1000");

        var run = await DiagnoseAsync(server);

        Assert.Equal(
            ["big-values: 1 of 3 looked at", "expiry: 1 of 3 looked at", "prefix: 1 of 3 looked at of another program"],
            Problems(run).Select(finding => $"{finding!["check"]}: {finding["value"]}").Order(StringComparer.Ordinal));
        Assert.Contains("'lasting'", (string?)Finding(run, "expiry")["message"]);
        Assert.Contains("'large'", (string?)Finding(run, "big-values")["message"]);
        Assert.Contains("'other'", (string?)Finding(run, "prefix")["message"]);
    }

    [Fact]
    [Ledger(190)]
    public async Task A_server_that_throws_out_entries_all_the_time()
    {
        await using var server = await RedisServer.StartAsync(s_sound with { MaxMemory = "2mb" });
        await using var cache = await ConnectAsync(server);
        for (var i = 0; i < 40; i++)
        {
            await cache.SetManyAsync(Enumerable.Range(0, 100).Select(item => KeyValuePair.Create($"item:{i}:{item}", new byte[1000])), TimeSpan.FromHours(1));
        }

        Assert.Equal("warning", (string?)Finding(await DiagnoseAsync(server), "evictions")["severity"]);
    }

    private static async Task FindsAsync(RedisServerOptions options, string check, string severity, string setting, string value)
    {
        await using var server = await RedisServer.StartAsync(options);

        var run = await DiagnoseAsync(server);

        var finding = Finding(run, check);
        Assert.Equal((1, severity, setting), (run.ExitCode, (string?)finding["severity"], (string?)finding["setting"]));
        Assert.Contains(value, (string?)finding["value"]);
        Assert.NotEmpty((string?)finding["message"] ?? "");
        Assert.NotEmpty((string?)finding["advice"] ?? "");
    }

    private static ValueTask<ICache> ConnectAsync(RedisServer server) => Cache.ConnectAsync($"redis://{server.EndPoint}?commandTimeout=20s", options => options.Prefix = "shop");

    /// <summary>Runs it with a stopwatch that stands still, so that no busy machine looks like a slow server.</summary>
    private static Task<Run> DiagnoseAsync(RedisServer server, string format = "json") =>
        new Run { Time = new StoppedWatch() }.StartAsync(["doctor", "--redis", server.EndPoint, "--cache", "shop", "-o", format]);

    private static JsonNode Finding(Run run, string check) =>
        JsonNode.Parse(run.Output)!["findings"]!.AsArray().FirstOrDefault(finding => (string?)finding!["check"] == check) ?? throw new InvalidOperationException($"No {check} in:\n{run.Output}{run.Error}");

    /// <summary>The findings that are no praise.</summary>
    private static JsonArray Problems(Run run) => [.. JsonNode.Parse(run.Output)!["findings"]!.AsArray().Where(finding => (string?)finding!["severity"] != "ok").Select(finding => finding!.DeepClone())];

    private sealed class SkewedClock(TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;
    }

    private sealed class StoppedWatch : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
