using Larder.Cli.Tests.Running;
using Larder.Redis.Tests.Servers;

namespace Larder.Cli.Tests.Commands;

/// <summary>Which cache is meant, and where its password comes from.</summary>
public sealed class AddressTests(Servers servers) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_flag_counts_more_than_the_environment_and_that_more_than_the_file()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "precedence");
        var file = FileOf("config.json", $$"""{ "redis": "{{shop.Server.EndPoint}}", "cache": "precedence" }""");

        var byFile = await Run.ToolAsync("keys", "get", "visits", "-o", "name", "--config", file);
        var byEnvironment = await new Run { Variables = [("LARDER_CACHE", "other")] }.StartAsync(["keys", "get", "visits", "--config", file]);
        var byFlag = await new Run { Variables = [("LARDER_CACHE", "other"), ("LARDER_REDIS", "127.0.0.1:1")] }.StartAsync(
            ["keys", "get", "visits", "-o", "name", "--config", file, "--cache", "precedence", "--redis", shop.Server.EndPoint]);
        var byFolder = await new Run { Variables = [("XDG_CONFIG_HOME", Path.Combine(_folder.FullName, "home"))] }.StartAsync(["keys", "get", "visits"]);

        Assert.Equal("visits\n", byFile.Output);
        Assert.Equal(3, byEnvironment.ExitCode);
        Assert.Equal("visits\n", byFlag.Output);
        Assert.Equal((2, true), (byFolder.ExitCode, byFolder.Error.Contains("No cache is named.")));
    }

    [Theory]
    [InlineData("redis://user:hunter2@localhost:6379")]
    [InlineData("redis://:hunter2@localhost")]
    [InlineData("localhost:6379,password=hunter2")]
    [InlineData("redis://localhost?password=hunter2")]
    public async Task A_password_among_the_arguments_is_refused_and_not_repeated(string address)
    {
        var run = await Run.ToolAsync("keys", "list", "--redis", address);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("LARDER_REDIS_PASSWORD", run.Error);
        Assert.DoesNotContain("hunter2", run.Output + run.Error);
    }

    [Fact]
    public async Task A_password_comes_from_the_environment_a_file_or_the_standard_input()
    {
        await using var server = await RedisServer.StartAsync(new() { Password = "hunter2", Users = ["ada on >secret ~* &* +@all"] });
        string[] arguments = ["keys", "list", "--redis", server.EndPoint];

        var none = await Run.ToolAsync(arguments);
        var wrong = await new Run { Variables = [("LARDER_REDIS_PASSWORD", "hunter3")] }.StartAsync(arguments);
        var environment = await new Run { Variables = [("LARDER_REDIS_PASSWORD", "hunter2")] }.StartAsync(arguments);
        var address = await new Run { Variables = [("LARDER_REDIS", $"redis://:hunter2@{server.EndPoint}")] }.StartAsync(["keys", "list"]);
        var input = await new Run { Input = "hunter2\n" }.StartAsync([.. arguments, "--password-stdin"]);
        var file = await Run.ToolAsync([.. arguments, "--user", "ada", "--password-file", FileOf("password", "secret\n")]);

        Assert.Equal(
            [4, 4, 0, 0, 0, 0],
            new[] { none, wrong, environment, address, input, file }.Select(run => run.ExitCode));
        Assert.Contains("--password-stdin", none.Error);
        Assert.DoesNotContain("hunter3", wrong.Error);
    }

    [Fact]
    public async Task A_server_that_is_away_is_exit_code_1()
    {
        var run = await Run.ToolAsync("keys", "list", "--redis", "127.0.0.1:1", "--timeout", "200ms");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("keys", "lsit")]
    [InlineData("keys", "list", "--limit", "0")]
    [InlineData("keys", "list", "--timeout", "5")]
    [InlineData("keys", "list", "--output", "xml")]
    [InlineData("keys", "rm")]
    [InlineData("keys")]
    [InlineData("keys", "list", "--redis", "a:1", "--url", "http://b/larder")]
    [InlineData("keys", "list")]
    [InlineData("keys", "list", "--url", "ftp://b")]
    public async Task What_is_not_understood_is_exit_code_2_and_nothing_on_the_output(params string[] arguments)
    {
        var run = await Run.ToolAsync(arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.NotEmpty(run.Error);
    }

    [Fact]
    public async Task A_misspelt_command_is_corrected() => Golden.Equal("misspelt.txt", (await Run.ToolAsync("keys", "lsit")).Transcript());

    [Fact]
    public async Task A_misspelt_option_is_no_key()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "misspelt");

        var run = await shop.RunAsync("keys", "rm", "user:1", "--dryrun");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'--dryrun' is no option of `larder keys rm`.", run.Error, StringComparison.Ordinal);
        Assert.Contains("user:1", (await shop.RunAsync("keys", "list", "-o", "name")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await shop.RunAsync("keys", "list", "--nonsense")).ExitCode);
        Assert.Equal(0, (await Run.ToolAsync(["keys", "list", "-o", "name", .. shop.Address, "--", "--nonsense"])).ExitCode);
    }

    [Fact]
    public async Task A_malformed_file_is_named() =>
        Assert.Contains("config.json", (await Run.ToolAsync("keys", "list", "--config", FileOf("config.json", "{ \"rediss\": 1 }"))).Error);

    [Fact]
    public async Task No_colour_is_written_where_nobody_looks_or_wants_none()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "colour");
        string[] arguments = ["keys", "list", .. shop.Address];

        var colored = await new Run { IsTerminal = true }.StartAsync(arguments);
        var piped = await Run.ToolAsync(arguments);
        var plain = await new Run { IsTerminal = true, Variables = [("NO_COLOR", "1")] }.StartAsync(arguments);

        Assert.Contains('\u001b', colored.Output);
        Assert.DoesNotContain('\u001b', piped.Output);
        Assert.DoesNotContain('\u001b', plain.Output);
    }

    private string FileOf(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
