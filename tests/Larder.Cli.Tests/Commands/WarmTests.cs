using Larder.Cli.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Larder.Cli.Tests.Commands;

public sealed class WarmTests(Servers servers) : IDisposable
{
    private const string Lines = """
        {"key": "text", "value": "hello", "ttl": "1h", "tags": ["texts"]}
        {"key": "number", "value": 42, "ttl": 60}
        {"key": "nothing", "value": null}
        {"key": "user:1", "value": {"Id": 1, "Name": "Ada"}, "tags": ["users"], "type": "Larder.Cli.Tests.Running.Shop+User"}

        {"key": "user:2", "value": {"Id": 2, "Name": "Bob"}, "ttl": "never"}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Entries_of_a_file_are_read_as_an_application_stores_them()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "warm");
        await shop.Cache.ClearAsync();

        var dry = await shop.RunAsync("warm", FileOf("entries.jsonl", Lines), "--dry-run");
        Assert.Equal(0, await shop.Cache.CountAsync());
        var run = await shop.RunAsync("warm", FileOf("entries.jsonl", Lines), "-o", "json");

        Golden.Equal("warm.txt", (dry.Transcript() + run.Transcript()).Replace(_folder.FullName, "FOLDER", StringComparison.Ordinal));
        Assert.Equal("hello", (await shop.Cache.GetAsync<string>("text")).Value);
        Assert.Equal(42, (await shop.Cache.GetAsync<int>("number")).Value);
        Assert.True((await shop.Cache.GetAsync<string?>("nothing")).HasValue);
        Assert.Equal(new Shop.User(1, "Ada"), (await shop.Cache.GetAsync<Shop.User>("user:1")).Value);
        Assert.Equal(new Shop.User(2, "Bob"), (await shop.Cache.GetAsync<Shop.User>("user:2")).Value);
        Assert.InRange((await shop.Cache.GetTimeToLiveAsync("number")).Remaining!.Value.TotalSeconds, 1, 60);
        Assert.Null((await shop.Cache.GetTimeToLiveAsync("user:2")).Remaining);
        await shop.Cache.RemoveByTagAsync("users");
        Assert.False(await shop.Cache.ExistsAsync("user:1"));
    }

    [Fact]
    public async Task What_is_there_can_be_left_as_it_is()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "warm-add");

        var run = await new Run { Input = """{"key": "greeting", "value": "other"}""" + "\n" + """{"key": "user:1", "value": {}}""" + "\n" + """{"key": "new", "value": "1"}""" }.StartAsync(["warm", "-", "--add", "-o", "csv", .. shop.Address]);

        Assert.Equal("source,read,done,skipped,failed,dryRun\n-,3,1,2,0,false\n", run.Output);
        Assert.Equal("hello", (await shop.Cache.GetAsync<string>("greeting")).Value);
    }

    [Theory]
    [InlineData("""{"key": "a"}""")]
    [InlineData("""{"key": "a", "value": 1, "ttl": "5"}""")]
    [InlineData("""{"key": "a", "value": 1, "ttl": -1}""")]
    [InlineData("""{"key": "a", "value": 1, "tll": 5}""")]
    [InlineData("""{"key": "a", "value": {}, "tags": ["x"]}""")]
    [InlineData("not JSON")]
    public async Task A_malformed_line_is_named(string line)
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "warm-bad");

        var run = await new Run { Input = $"{{\"key\": \"ok\", \"value\": 1}}\n{line}\n" }.StartAsync(["warm", "-", .. shop.Address]);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("Line 2 is malformed", run.Error);
    }

    [Fact]
    public async Task Addresses_are_called_and_those_that_fail_are_told()
    {
        var called = 0;
        await using var app = await Application.StartAsync("shop", map: app =>
        {
            app.MapGet("/ok/{id}", (int id) => Interlocked.Increment(ref called));
            app.MapGet("/broken", () => Results.StatusCode(500));
        });
        var site = new Uri(app.Url).GetLeftPart(UriPartial.Authority);
        var file = FileOf("urls.txt", $"# pages\n{site}/ok/1\n{site}/ok/2\n{site}/broken\nnowhere\n");

        var dry = await Run.ToolAsync("warm", "--urls", file, "--dry-run", "-o", "csv");
        Assert.Equal(0, called);
        var run = await Run.ToolAsync("warm", "--urls", file, "--concurrency", "1");

        Golden.Equal("warm-urls.txt", (dry.Transcript() + run.Transcript()).Replace(_folder.FullName, "FOLDER", StringComparison.Ordinal));
        Assert.Equal(2, called);
    }

    [Fact]
    public async Task A_file_that_is_missing_is_exit_code_3() =>
        Assert.Equal(3, (await Run.ToolAsync("warm", "--urls", Path.Combine(_folder.FullName, "none"))).ExitCode);

    private string FileOf(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
