using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Larder.Cli.Tests.Running;
using Larder.Redis.Tests.Servers;

namespace Larder.Cli.Tests.Commands;

[Trait("Category", "Slow")]
public sealed class BenchTests
{
    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task A_Redis_is_measured_and_left_as_it_was(string format)
    {
        await using var server = await RedisServer.StartAsync();
        string[] arguments = ["bench", "--redis", server.EndPoint, "--length", "100ms", "--callers", "4", "--keys", "10", "--yes", "-o", format];

        var run = await Run.ToolAsync(arguments);

        Golden.Equal($"bench.{format}.txt", Regex.Replace(run.Transcript((@"(?<=""(perSecond|p50|p95|p99|count)"":)[\d.]+", "N"), (@"[\d,.]+(us|ms|s)? +(?=[\d,.]+(us|ms) )|[\d,.]+(us|ms) +[\d,]+ +(?=0\n)", "N ")), " {2,}|(N )+", match => match.Value[0] == 'N' ? "N " : " "));
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain((await server.ListAsync("KEYS", "*")).Select(key => (string)key!), key => key.Contains(":key:") || key.Contains(":fresh:"));
        Assert.All(format == "json" ? JsonNode.Parse(run.Output)!["bench"]!.AsArray() : [], row => Assert.True((double?)row!["perSecond"] > 0));
    }

    [Fact]
    public async Task It_asks_before_and_measures_no_dashboard()
    {
        await using var server = await RedisServer.StartAsync();

        var nobody = await Run.ToolAsync("bench", "--redis", server.EndPoint);

        Assert.Equal((2, true), (nobody.ExitCode, nobody.Error.Contains("--yes")));
        Assert.Equal(2, (await Run.ToolAsync("bench", "--url", "http://127.0.0.1:1/larder", "--yes")).ExitCode);
    }
}
