using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Larder.Cli.Tests.Running;
using Larder.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Larder.Cli.Tests.Commands;

/// <summary><c>nodes</c>, <c>top</c> and <c>watch</c>: what processes say of themselves.</summary>
[Trait("Category", "Slow")]
public sealed class FleetTests(Servers servers)
{
    [Theory]
    [InlineData("redis", "table")]
    [InlineData("redis", "json")]
    [InlineData("url", "json")]
    public async Task Processes_are_listed(string target, string format)
    {
        var redis = await servers.RedisAsync();
        await using var app = await Application.StartAsync($"nodes-{target}-{format}", redis);
        await app.Cache.SetAsync("a", 1);
        await app.Cache.GetAsync<int>("a");
        string[] address = target == "url" ? app.Address : ["--redis", redis.EndPoint, "--cache", app.CacheName];
        var run = await UntilAsync(() => Run.ToolAsync(["nodes", "-o", format, .. address]), IsComplete);

        Golden.Equal(
            $"nodes.{format}.txt",
            Regex.Replace(
                Regex.Replace(run.Transcript((app.CacheName, "CACHE")), @"(?<=""(id|machine)"":"")[^""]+|(?<=""(uptime|reportAge|clockSkew|workingSet|processId|reads|loads|entries|bytes)"":)-?[\d.]+|(?<=""hitShare"":)[^,]+|(?<=""(startedAt|reportedAt)"":"")[^""]+|(?<=""version"":"")[^""]+", "X"),
                @"(?m)^\S+-\d+-[0-9a-f]{4} .*$| {2,}",
                match => match.Value.StartsWith(' ') ? " " : "ROW"));

        // The first report may say of connections that are being made that they are none.
        static bool IsComplete(Run run) => new[] { "Shop", "Healthy", "Tracked" }.All(word => run.Output.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Nobody_reports_and_that_is_said()
    {
        var redis = await servers.RedisAsync();

        Golden.Equal("nodes-none.txt", (await Run.ToolAsync("nodes", "--redis", redis.EndPoint, "--cache", "nobody")).Transcript());
        Assert.Empty(JsonNode.Parse((await Run.ToolAsync("nodes", "--redis", redis.EndPoint, "--cache", "nobody", "-o", "json")).Output)!["nodes"]!.AsArray());
    }

    [Fact]
    public async Task Figures_of_an_application_are_those_of_its_caches()
    {
        await using var app = await Application.StartAsync("top");
        await app.Cache.SetAsync("a", 1);
        for (var i = 0; i < 3; i++)
        {
            await app.Cache.GetAsync<int>("a");
        }

        await app.Cache.GetAsync<int>("b");

        var run = await app.RunAsync("top", "--once", "-o", "json");

        var rows = JsonNode.Parse(run.Output)!["top"]!.AsArray();
        var row = rows.Single(row => (string?)row!["name"] == "top")!;
        Assert.Equal((4, 3, 1), ((int?)row["reads"], (int?)row["hits"], (int?)row["entries"]));
        Assert.Equal(0.75, (double?)row["hitShare"]);
    }

    [Fact]
    public async Task Figures_of_a_cache_in_Redis_are_those_of_its_processes()
    {
        var redis = await servers.RedisAsync();
        await using var app = await Application.StartAsync("top-redis", redis);

        var run = await UntilAsync(() => Run.ToolAsync("top", "--once", "-o", "json", "--redis", redis.EndPoint, "--cache", "top-redis"), run => run.Output.Contains("\"status\":\"Healthy\""));

        Assert.Single(JsonNode.Parse(run.Output)!["top"]!.AsArray());
    }

    [Fact]
    public async Task A_live_page_is_drawn_until_somebody_presses_q_and_the_screen_comes_back()
    {
        await using var app = await Application.StartAsync("live");
        var keys = new Queue<ConsoleKey?>([null, ConsoleKey.P, ConsoleKey.P, ConsoleKey.Q]);

        var run = await new Run { IsTerminal = true, Width = 200, TakeKey = () => keys.TryDequeue(out var key) ? key : null }.StartAsync(["top", "--interval", "10s", .. app.Address]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("\u001b[?1049h", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("\u001b[?1049l", run.Output, StringComparison.Ordinal);
        Assert.Contains("live", run.Output);
    }

    [Fact]
    public async Task Looks_follow_each_other_as_lines_where_nobody_looks()
    {
        await using var app = await Application.StartAsync("lines");

        var run = await app.RunAsync("top", "--count", "2", "--interval", "1ms", "-o", "json");

        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Count(line => line.StartsWith("""{"schema":1,"name":"lines",""", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Changes_in_Redis_are_told_whoever_made_them()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "watch");
        var watch = shop.RunAsync("watch", "--count", "2", "-o", "json");
        for (var i = 0; !watch.IsCompleted; i++)
        {
            await shop.Server.CommandAsync("SET", "watch:by-hand", "1");
            await Task.Delay(20);
        }

        var events = (await watch).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToArray();

        Assert.Equal(0, (await watch).ExitCode);
        Assert.All(events, change => Assert.Equal((1, "by-hand", "Key"), ((int?)change["schema"], (string?)change["what"], (string?)change["kind"])));
    }

    [Fact]
    public async Task Tags_that_are_invalidated_in_Redis_are_told()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "watch-tags");
        var watch = shop.RunAsync("watch", "--count", "1", "--kind", "tag", "-o", "name");
        while (!watch.IsCompleted)
        {
            await shop.Cache.RemoveByTagAsync("users");
            await Task.Delay(20);
        }

        Assert.Equal("users\n", (await watch).Output);
    }

    [Fact]
    public async Task Events_of_an_application_are_told()
    {
        await using var app = await Application.StartAsync("events");
        await app.Cache.RemoveByTagAsync("users");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await app.Cache.GetOrCreateAsync<int>("user:1", _ => throw new InvalidOperationException("The database is away.")));

        var both = await app.RunAsync("watch", "--count", "2");
        var failures = await app.RunAsync("watch", "--count", "1", "--kind", "LoadFailed", "-o", "name");

        Golden.Equal("watch-events.txt", both.Transcript((@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"), (@"127\.0\.0\.1:\d+", "127.0.0.1:PORT")));
        Assert.Equal("user:1\n", failures.Output);
    }

    [Fact]
    public async Task Events_of_an_application_that_began_anew_are_told_from_the_first()
    {
        var asked = 0;
        await using var app = await Application.StartAsync("anew", map: app =>
        {
            app.Use((context, next) =>
            {
                if (context.Request.Path.Value!.EndsWith("api/events", StringComparison.Ordinal))
                {
                    // After the first answer the process has begun anew.
                    var first = Interlocked.Increment(ref asked) == 1;
                    var told = first || context.Request.Query["after"] != "0" ? "" : """{"id":1,"at":"2026-01-01T00:00:00Z","cache":"anew","kind":"TagInvalidated","what":"users","detail":""}""";
                    return context.Response.WriteAsJsonAsync(JsonNode.Parse($$"""{"last":{{(first ? 7 : 1)}},"events":[{{told}}]}"""));
                }

                return next(context);
            });
            app.MapLarderDashboard();
        });

        var run = await app.RunAsync("watch", "--count", "1", "-o", "name").WaitAsync(Deadline.Limit);

        Assert.Equal("users\n", run.Output);
    }

    [Fact]
    public async Task Ctrl_C_is_exit_code_130()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "watch-cancel");
        using var cancellation = new CancellationTokenSource();
        var run = new Run();
        var watch = run.StartAsync(["watch", .. shop.Address], cancellation.Token);
        await Deadline.TrueAsync(() => run.Error.Contains("Watching"));

        await cancellation.CancelAsync();

        Assert.Equal(130, (await watch).ExitCode);
    }

    private static async Task<Run> UntilAsync(Func<Task<Run>> start, Func<Run, bool> isEnough)
    {
        var run = await start();
        await Deadline.TrueAsync(async () => isEnough(run) || isEnough(run = await start()));
        return run;
    }
}
