using System.Text.Json.Nodes;
using Larder.Cli.Tests.Running;

namespace Larder.Cli.Tests.Commands;

public sealed class KeysTests(Servers servers)
{
    /// <summary>Lives and ages change while a test runs, and the order of keys is the server's.</summary>
    private static readonly (string, string)[] Scrub =
    [
        (@"1d 23h", "TTL"), (@"17\d{4}\.\d+", "TTL"), (@"17\d{4}(?=[,}])", "TTL"), (@"(?<=TTL,|TTL +|""age"": ?|Age +)\d+(ms|s)?", "AGE"),
        (@"(?<=""version"": ""|Version +)-?\d+", "VERSION"),
    ];

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("csv")]
    [InlineData("name")]
    public async Task Entries_are_listed(string format)
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), $"list-{format}");

        var run = await shop.RunAsync("keys", "list", "user:?", "--output", format);

        var keys = Sorted(run.Transcript([.. Scrub, (@"looked at of about [\d,]+", "looked at of about N"), (@"[\d,]+ keys looked", "N keys looked"), (@"(?<=""(scanned|total)"": )\d+", "N")]));
        Golden.Equal($"keys-list.{format}.txt", keys);
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task An_entry_is_shown_with_its_value(string format)
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), $"get-{format}");

        var run = await shop.RunAsync("keys", "get", "user:1", "--value", "-o", format);

        Golden.Equal($"keys-get.{format}.txt", run.Transcript(Scrub));
    }

    [Fact]
    public async Task An_entry_that_is_not_there_is_exit_code_3_and_a_message()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "get-none");

        Golden.Equal("keys-get-none.txt", (await shop.RunAsync("keys", "get", "nobody", "-o", "json")).Transcript());
    }

    [Fact]
    public async Task No_entries_are_an_empty_list_in_JSON_and_nothing_in_a_table()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "list-empty");

        var json = await shop.RunAsync("keys", "list", "nobody*", "-o", "json");
        var table = await shop.RunAsync("keys", "list", "nobody*");

        Assert.Equal(1, (int?)JsonNode.Parse(json.Output)!["schema"]);
        Assert.Empty(JsonNode.Parse(json.Output)!["keys"]!.AsArray());
        Assert.Equal("", json.Error);
        Assert.Equal("", table.Output);
    }

    [Fact]
    public async Task A_listing_goes_on_where_its_cursor_says()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "list-cursor");
        for (var i = 0; i < 300; i++)
        {
            await shop.Cache.SetAsync($"item:{i}", i);
        }

        var seen = new HashSet<string>();
        string? cursor = null;
        do
        {
            var run = await shop.RunAsync(["keys", "list", "item:*", "--limit", "100", "-o", "json", .. cursor is null ? Array.Empty<string>() : ["--cursor", cursor]]);
            var page = JsonNode.Parse(run.Output)!;
            seen.UnionWith(page["keys"]!.AsArray().Select(key => (string)key!["key"]!));
            cursor = (string?)page["cursor"];
        }
        while (cursor is not null);

        Assert.Equal(300, seen.Count);
    }

    [Fact]
    public async Task Entries_of_a_tag_are_listed()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "list-tag");

        var run = await shop.RunAsync("keys", "list", "--tag", "vip", "-o", "name");

        Assert.Equal("user:1\n", run.Output);
    }

    [Fact]
    public async Task Keys_are_removed_and_one_that_is_missing_is_exit_code_3()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "rm");

        var run = await shop.RunAsync("keys", "rm", "user:1", "nobody");

        Golden.Equal("keys-rm.txt", run.Transcript());
        Assert.False(await shop.Cache.ExistsAsync("user:1"));
        Assert.True(await shop.Cache.ExistsAsync("user:2"));
    }

    [Fact]
    public async Task A_dry_run_removes_nothing()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "rm-dry");

        var pattern = await shop.RunAsync("keys", "rm", "--pattern", "user:*", "--dry-run", "-o", "json");
        var key = await shop.RunAsync("keys", "rm", "user:1", "--dry-run");

        Golden.Equal("keys-rm-dry.txt", pattern.Transcript());
        Assert.Equal(0, key.ExitCode);
        Assert.True(await shop.Cache.ExistsAsync("user:1"));
    }

    [Fact]
    public async Task A_pattern_is_removed_only_when_somebody_agreed()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "rm-agree");
        string[] arguments = ["keys", "rm", "--pattern", "user:*", .. shop.Address];

        var nobody = await Run.ToolAsync(arguments);
        var no = await new Run { IsTerminal = true, Input = "no\n" }.StartAsync(arguments);

        Golden.Equal("keys-rm-nobody.txt", nobody.Transcript());
        Assert.Equal((130, true), (no.ExitCode, no.Error.Contains("Nothing was changed.")));
        Assert.True(await shop.Cache.ExistsAsync("user:1"));

        var yes = await new Run { IsTerminal = true, Input = "yes\n" }.StartAsync(arguments);
        Assert.Equal(0, yes.ExitCode);
        Assert.False(await shop.Cache.ExistsAsync("user:1"));

        await shop.Cache.SetAsync("user:9", "back");
        Assert.Equal(0, (await Run.ToolAsync([.. arguments, "--yes"])).ExitCode);
        Assert.False(await shop.Cache.ExistsAsync("user:9"));
    }

    [Fact]
    public async Task Keys_come_from_a_pipe()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "rm-pipe");
        var names = await shop.RunAsync("keys", "list", "user:*", "-o", "name");

        var run = await new Run { Input = names.Output }.StartAsync(["keys", "rm", "-", "--yes", .. shop.Address]);

        Assert.Equal(0, run.ExitCode);
        Assert.False(await shop.Cache.ExistsAsync("user:1"));
        Assert.False(await shop.Cache.ExistsAsync("user:2"));
    }

    [Fact]
    public async Task Escape_sequences_in_keys_are_shown_and_not_obeyed()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "rm-escape");
        await shop.Cache.SetAsync("bad\u001b[31m\nkey", 1);

        var run = await new Run { IsTerminal = true }.StartAsync(["keys", "list", "bad*", .. shop.Address]);

        Assert.Contains("bad\\x1b[31m\\nkey", run.Output);
        Assert.DoesNotContain("\u001b[31m", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The lines of the list in order.</summary>
    private static string Sorted(string transcript)
    {
        var lines = transcript.Split('\n');
        var rows = lines.Select((line, i) => (Line: line.TrimEnd(','), Index: i)).Where(row => row.Line.Contains("user:", StringComparison.Ordinal)).ToArray();
        foreach (var (line, index) in rows.OrderBy(row => row.Line, StringComparer.Ordinal).Zip(rows, (row, place) => (row.Line, place.Index)))
        {
            lines[index] = line;
        }

        return string.Join('\n', lines);
    }
}
