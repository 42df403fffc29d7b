using System.Text.Json.Nodes;
using Larder.Cli.Tests.Running;
using Larder.Redis.Tests.Servers;

namespace Larder.Cli.Tests.Commands;

public sealed class StatsTests(Servers servers)
{
    private static readonly (string, string)[] Scrub = [(@"[\d,]+ keys looked at of about [\d,]+", "N keys looked at of about N"), (@"(?<=""(scanned|total)"": )\d+", "N")];

    [Theory]
    [InlineData("big", "table")]
    [InlineData("big", "json")]
    [InlineData("ttl", "table")]
    [InlineData("ttl", "csv")]
    [InlineData("prefixes", "table")]
    [InlineData("prefixes", "json")]
    public async Task A_cache_is_measured(string what, string format)
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), $"{what}-{format}");
        await shop.Cache.SetAsync("report:2026", new string('x', 3000), TimeSpan.FromMinutes(30));
        await shop.Cache.SetAsync("report:2025", new string('x', 2000), TimeSpan.FromMinutes(30));

        Golden.Equal($"stats-{what}.{format}.txt", (await shop.RunAsync("stats", what, "-o", format)).Transcript(Scrub));
    }

    [Fact]
    public async Task Entries_that_are_read_most_come_first()
    {
        // On a server of its own: the counters fall when memory is short, and rise at random.
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = "64mb", MaxMemoryPolicy = "allkeys-lfu" });
        await using var shop = await Shop.OpenAsync(server, "hot");
        for (var i = 0; i < 2000; i++)
        {
            await server.CommandAsync("GETRANGE", "hot:user:2", "0", "0");
        }

        var run = await shop.RunAsync("stats", "hot", "--top", "3", "-o", "json");

        var hot = JsonNode.Parse(run.Output)!["hot"]!.AsArray();
        Assert.Equal(3, hot.Count);
        Assert.Equal("user:2", (string?)hot[0]!["key"]);
        Assert.True((long?)hot[0]!["frequency"] > (long?)hot[1]!["frequency"]);
    }

    [Fact]
    public async Task Without_an_LFU_policy_it_is_said_why_nothing_is_known()
    {
        await using var server = await RedisServer.StartAsync();
        await using var shop = await Shop.OpenAsync(server, "hot");

        Golden.Equal("stats-hot-none.txt", (await shop.RunAsync("stats", "hot")).Transcript());
    }

    [Fact]
    public async Task A_sample_has_the_size_that_was_asked_for_and_says_it()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "sample");
        await shop.Cache.SetManyAsync(Enumerable.Range(0, 5000).Select(i => KeyValuePair.Create($"item:{i}", "x")), TimeSpan.FromHours(1));

        var some = JsonNode.Parse((await shop.RunAsync("stats", "prefixes", "--sample", "500", "-o", "json")).Output)!;
        var all = JsonNode.Parse((await shop.RunAsync("stats", "prefixes", "--sample", "all", "-o", "json")).Output)!;

        Assert.InRange((int)some["sampled"]!, 500, 1500);
        Assert.False((bool)some["isComplete"]!);
        Assert.Equal(5005, (int)all["sampled"]!);
        Assert.True((bool)all["isComplete"]!);
    }
}
