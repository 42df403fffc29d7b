using System.Text.Json.Nodes;
using Larder.Cli.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Larder.Cli.Tests.Commands;

/// <summary>The same commands, on a running application.</summary>
public sealed class DashboardTargetTests
{
    [Fact]
    public async Task Entries_are_listed_shown_and_removed()
    {
        await using var app = await Application.StartAsync("shop");
        await app.Cache.SetAsync("user:1", new Shop.User(1, "Ada"), new() { TimeToLive = TimeSpan.FromDays(2), Tags = ["users"] });
        await app.Cache.SetAsync("user:2", new Shop.User(2, "Bob"), TimeSpan.FromDays(2));

        var list = JsonNode.Parse((await app.RunAsync("keys", "list", "-o", "json")).Output)!["keys"]!.AsArray();
        var tagged = await app.RunAsync("keys", "list", "--tag", "users", "-o", "name");
        var entry = JsonNode.Parse((await app.RunAsync("keys", "get", "user:1", "--value", "-o", "json")).Output)!;
        var removed = await app.RunAsync("keys", "rm", "user:1", "nobody");

        Assert.Equal(["user:1", "user:2"], list.Select(key => (string?)key!["key"]).Order(StringComparer.Ordinal));
        Assert.Equal("user:1\n", tagged.Output);
        Assert.Equal(("""{"Id":1,"Name":"Ada"}""", "Memory"), ((string?)entry["value"], (string?)entry["tiers"]));
        Assert.InRange((double)entry["timeToLive"]!, 172_000, 172_800);
        Assert.Equal(3, removed.ExitCode);
        Assert.False(await app.Cache.ExistsAsync("user:1"));
        Assert.Equal(3, (await app.RunAsync("keys", "get", "user:1")).ExitCode);
    }

    [Fact]
    public async Task Patterns_tags_and_all_are_removed_after_a_dry_run()
    {
        await using var app = await Application.StartAsync("shop");
        await app.Cache.SetManyAsync(Enumerable.Range(0, 10).Select(i => KeyValuePair.Create($"item:{i}", i)), new() { Tags = ["items"] });
        await app.Cache.SetAsync("other", 1);

        var dryTag = await app.RunAsync("tags", "invalidate", "items", "--dry-run", "-o", "json");
        var dryClear = await app.RunAsync("clear", "shop", "--dry-run", "-o", "json");
        var pattern = await app.RunAsync("keys", "rm", "--pattern", "item:[0-4]", "--yes", "-o", "json");
        Assert.Equal(6, await app.Cache.CountAsync());
        var tag = await app.RunAsync("tags", "invalidate", "items", "--yes");
        Assert.Equal(1, await app.Cache.CountAsync());
        var clear = await app.RunAsync("clear", "shop", "--yes", "-o", "json");

        Assert.Equal(10, (int?)JsonNode.Parse(dryTag.Output)!["invalidated"]![0]!["entries"]);
        Assert.Equal(11, (int?)JsonNode.Parse(dryClear.Output)!["count"]);
        Assert.Equal(5, (int?)JsonNode.Parse(pattern.Output)!["count"]);
        Assert.Equal(0, tag.ExitCode);
        Assert.Equal(1, (int?)JsonNode.Parse(clear.Output)!["count"]);
        Assert.Equal(0, await app.Cache.CountAsync());
    }

    [Fact]
    public async Task Tags_have_what_the_application_knows_of_them()
    {
        await using var app = await Application.StartAsync("shop");
        await app.Cache.SetAsync("user:1", 1, new() { Tags = ["users"] });
        await app.Cache.RemoveByTagAsync("gone");

        var tag = JsonNode.Parse((await app.RunAsync("tags", "list", "users", "-o", "json")).Output)!["tags"]![0]!;

        Assert.Equal(("users", 1, false), ((string?)tag["name"], (int?)tag["entries"], (bool?)tag["isShared"]));
    }

    [Fact]
    public async Task Samples_are_taken_over_the_API_and_what_it_does_not_know_is_said()
    {
        await using var app = await Application.StartAsync("shop");
        await app.Cache.SetManyAsync(Enumerable.Range(0, 2500).Select(i => KeyValuePair.Create($"item:{i}", i)), TimeSpan.FromHours(2));

        var prefixes = JsonNode.Parse((await app.RunAsync("stats", "prefixes", "-o", "json")).Output)!;
        var hot = await app.RunAsync("stats", "hot");

        Assert.Equal(("item:*", 2500), ((string?)prefixes["prefixes"]![0]!["prefix"], (int?)prefixes["prefixes"]![0]!["entries"]));
        Assert.Equal((1, true), (hot.ExitCode, hot.Error.Contains("--redis")));
    }

    [Fact]
    public async Task An_application_is_examined()
    {
        await using var app = await Application.StartAsync("shop");

        var run = await app.RunAsync("doctor", "-o", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("health", JsonNode.Parse(run.Output)!["findings"]!.AsArray().Select(finding => (string?)finding!["check"]));
    }

    [Fact]
    public async Task A_cache_that_is_not_there_is_exit_code_3_and_the_others_are_named()
    {
        await using var app = await Application.StartAsync("shop");

        var run = await Run.ToolAsync("keys", "list", "--url", app.Url, "--cache", "shoop");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("Its caches are: ", run.Error);
        Assert.Contains("shop", run.Error);
    }

    [Fact]
    public async Task An_address_without_a_dashboard_is_exit_code_3()
    {
        await using var app = await Application.StartAsync("shop");

        Assert.Equal(3, (await Run.ToolAsync("keys", "list", "--url", app.Url + "/elsewhere")).ExitCode);
    }

    [Fact]
    public async Task A_dashboard_that_refuses_is_exit_code_4()
    {
        await using var app = await Application.StartAsync("shop", environment: "Production");

        var run = await app.RunAsync("keys", "list");

        Assert.Equal((4, ""), (run.ExitCode, run.Output));
        Assert.Contains("LARDER_TOKEN", run.Error);
    }

    [Fact]
    public async Task A_token_is_sent_from_the_environment_or_a_file()
    {
        await using var app = await Application.StartAsync("shop", map: static app =>
        {
            app.Use(static (context, next) =>
            {
                if (context.Request.Headers.Authorization == "Bearer t0ken")
                {
                    return next(context);
                }

                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            });
            app.MapLarderDashboard();
        });

        Assert.Equal(4, (await app.RunAsync("keys", "list")).ExitCode);
        Assert.Equal(0, (await new Run { Variables = [("LARDER_TOKEN", "t0ken")] }.StartAsync(["keys", "list", .. app.Address])).ExitCode);
    }
}
