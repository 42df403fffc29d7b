using System.Net;
using System.Text.Json;
using Larder.AspNetCore.Tests;
using Larder.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Larder.Dashboard.Tests;

/// <summary>What the API tells.</summary>
public sealed class QueryTests
{
    [Fact]
    [Ledger(175)]
    public async Task The_overview_has_the_numbers_of_the_statistics()
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Cache.GetOrCreateAsync("k", _ => ValueTask.FromResult(1));
        for (var i = 0; i < 9; i++)
        {
            await web.Cache.GetOrCreateAsync("k", _ => ValueTask.FromResult(2));
        }

        var cache = (await web.GetAsync("overview")).GetProperty("caches").EnumerateArray().First();

        var expected = web.Cache.Statistics.Snapshot();
        var totals = cache.GetProperty("totals");
        Assert.Equal("default", cache.GetProperty("name").GetString());
        Assert.Equal((expected.FreshHits, expected.Misses, expected.Loads), (totals.GetProperty("freshHits").GetInt64(), totals.GetProperty("misses").GetInt64(), totals.GetProperty("loads").GetInt64()));
        Assert.Equal(9, cache.GetProperty("saved").GetProperty("loadsAvoided").GetInt64());
        Assert.Equal(1, cache.GetProperty("entries").GetInt64());
        Assert.True(cache.GetProperty("maxEntries").GetInt64() > 0);
    }

    [Fact]
    public async Task After_a_few_seconds_there_are_rates_times_and_points_to_plot()
    {
        await using var web = await DashboardWeb.StartAsync();
        JsonElement cache = default;
        await Deadline.TrueAsync(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await web.Cache.GetOrCreateAsync($"k{i % 20}", _ => ValueTask.FromResult(1));
            }

            cache = (await web.GetAsync("overview")).GetProperty("caches").EnumerateArray().First();
            return (await web.GetAsync("history?minutes=5")).GetProperty("times").GetArrayLength() >= 2 && cache.GetProperty("latency").GetProperty("read").ValueKind == JsonValueKind.Object;
        });

        Assert.True(cache.GetProperty("perSecond").GetProperty("reads").GetDouble() > 0);
        Assert.InRange(cache.GetProperty("hitRatio").GetProperty("fresh").GetDouble(), 0.5, 1);
        var read = cache.GetProperty("latency").GetProperty("read");
        Assert.True(read.GetProperty("p50").GetDouble() <= read.GetProperty("p95").GetDouble() && read.GetProperty("p95").GetDouble() <= read.GetProperty("p99").GetDouble());
        var history = await web.GetAsync("history?minutes=5");
        var points = history.GetProperty("times").GetArrayLength();
        foreach (var series in history.GetProperty("series").EnumerateObject())
        {
            Assert.Equal((series.Name, points), (series.Name, series.Value.GetArrayLength()));
        }
    }

    [Fact]
    public async Task Keys_entries_values_and_tags_are_shown()
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Cache.SetAsync("user:1", "<script>alert(1)</script>", new() { Tags = ["users"], TimeToLive = TimeSpan.FromMinutes(5) });
        await web.Cache.SetAsync("order:1", 7);

        var keys = await web.GetAsync("keys?pattern=user:*");
        Assert.Equal("user:1", Assert.Single(keys.GetProperty("entries").EnumerateArray()).GetProperty("key").GetString());
        Assert.Equal(2, keys.GetProperty("total").GetInt64());
        Assert.Equal("user:1", Assert.Single((await web.GetAsync("keys?tag=users")).GetProperty("entries").EnumerateArray()).GetProperty("key").GetString());
        var entry = await web.GetAsync("entry?key=user:1");
        Assert.InRange(entry.GetProperty("timeToLive").GetDouble(), 290, 300);
        Assert.Equal("users", entry.GetProperty("tags")[0].GetString());
        Assert.Equal("<script>alert(1)</script>", (await web.GetAsync("value?key=user:1")).GetProperty("text").GetString());
        Assert.Equal("users", Assert.Single((await web.GetAsync("tags")).GetProperty("tags").EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("entry?key=absent", HttpStatusCode.NotFound)]
    [InlineData("value?key=absent", HttpStatusCode.NotFound)]
    [InlineData("entry", HttpStatusCode.BadRequest)]
    [InlineData("keys?cache=absent", HttpStatusCode.NotFound)]
    [InlineData("keys?pattern=%5B", HttpStatusCode.BadRequest)]
    [InlineData("keys?cursor=nonsense", HttpStatusCode.BadRequest)]
    [InlineData("keys?size=5000", HttpStatusCode.BadRequest)]
    [InlineData("history?minutes=x", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_answered_is_told_in_a_sentence(string path, HttpStatusCode status)
    {
        await using var web = await DashboardWeb.StartAsync();

        using var answer = await web.Client.GetAsync("/larder/api/" + path);

        Assert.Equal(status, answer.StatusCode);
        Assert.NotEmpty(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task Secrets_of_values_can_be_hidden()
    {
        await using var web = await DashboardWeb.StartAsync(map: app => app.MapLarderDashboard("/larder", options => options.Redact = (key, text) => key.StartsWith("card", StringComparison.Ordinal) ? "hidden" : text));
        await web.Cache.SetAsync("card:1", "4111");

        Assert.Equal("hidden", (await web.GetAsync("value?key=card:1")).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Settings_say_where_they_come_from_and_keep_secrets()
    {
        await using var server = await RedisServer.StartAsync();
        await using var web = await DashboardWeb.StartAsync(
            larder: larder => larder.In(server, TestWeb.Prefix()).Configure(options => options.MaxStale = TimeSpan.FromMinutes(7)),
            configure: builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Larder:TimeToLive"] = "00:03:00", ["Larder:Redis:Password"] = "" }));

        var settings = (await web.GetAsync("config")).GetProperty("caches")[0].GetProperty("settings").EnumerateArray().ToDictionary(setting => setting.GetProperty("name").GetString()!);

        Assert.Equal(("00:03:00", "configuration"), Of("TimeToLive"));
        Assert.Equal(("00:07:00", "code"), Of("MaxStale"));
        Assert.Equal("default", Of("StoreNull").Source);
        Assert.Equal("***", Of("Redis.ConnectionString").Value);

        (string Value, string Source) Of(string name) => (settings[name].GetProperty("value").GetString()!, settings[name].GetProperty("source").GetString()!);
    }

    [Fact]
    public async Task Every_process_that_shares_the_store_is_listed_with_its_numbers_and_locks()
    {
        await using var server = await RedisServer.StartAsync();
        var prefix = TestWeb.Prefix();
        await using var web = await DashboardWeb.StartAsync(larder: larder => larder.In(server, prefix));
        var report = new NodeReport
        {
            Id = "other", Application = "worker", Machine = "m", Version = "1", Cache = "default", Tier = "redis", ReportedAt = TimeProvider.System.GetUtcNow(),
            Statistics = new CacheStatisticsSnapshot { FreshHits = 3, Misses = 1 }, Locks = [new HeldLock("job", 5, TimeSpan.FromSeconds(9))],
            WriteBehind = [new WriteBehindReport("Order", new WriteBehindStatistics { Queued = 2 })],
        };
        await new Inspection.NodeReports(((Views.CacheView)web.Cache).Tier).WriteAsync(report, CancellationToken.None);

        JsonElement[] nodes = [];
        await Deadline.TrueAsync(async () => (nodes = [.. (await web.GetAsync("nodes")).GetProperty("nodes").EnumerateArray()]).Length == 2);

        Assert.True(nodes[0].GetProperty("isSelf").GetBoolean());
        Assert.InRange(nodes[0].GetProperty("clockSkew").GetDouble(), -1, 1);
        Assert.Equal(("other", 0.75), (nodes[1].GetProperty("id").GetString(), nodes[1].GetProperty("caches")[0].GetProperty("hitShare").GetDouble()));
        var work = await web.GetAsync("work");
        Assert.Equal("job", work.GetProperty("locks")[0].GetProperty("name").GetString());
        Assert.Equal(2, work.GetProperty("writeBehind")[0].GetProperty("queued").GetInt64());
    }

    [Fact]
    public async Task Levels_say_why_they_are_as_they_are()
    {
        await using var server = await RedisServer.StartAsync();
        await using var web = await DashboardWeb.StartAsync(larder: larder => larder.In(server, TestWeb.Prefix()));
        await Deadline.TrueAsync(async () => (await web.GetAsync("levels")).ToString().Contains("The server answers", StringComparison.Ordinal));

        await server.KillAsync();

        await Deadline.TrueAsync(async () => (await web.GetAsync("levels")).GetProperty("caches")[0].GetProperty("tiers").EnumerateArray().Any(tier => tier.GetProperty("status").GetString() == "Unhealthy"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await web.Client.GetAsync("/larder/api/keys")).StatusCode);
    }

    [Fact]
    public async Task Events_tell_what_happened()
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Cache.RemoveByTagAsync("users");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await web.Cache.GetOrCreateAsync<int>("k", _ => throw new InvalidOperationException("no database")));

        var events = await web.GetAsync("events?after=0");

        var kinds = events.GetProperty("events").EnumerateArray().Select(entry => (entry.GetProperty("kind").GetString(), entry.GetProperty("what").GetString())).ToArray();
        Assert.Contains(("Invalidated", "users"), kinds);
        Assert.Contains(("LoadFailed", "k"), kinds);
        Assert.Empty((await web.GetAsync($"events?after={events.GetProperty("last").GetInt64()}")).GetProperty("events").EnumerateArray());
        Assert.NotEqual(JsonValueKind.Null, (await web.GetAsync("tags?pattern=users")).GetProperty("tags").ValueKind);
    }
}
