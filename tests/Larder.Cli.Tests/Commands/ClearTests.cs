using Larder.Cli.Tests.Running;

namespace Larder.Cli.Tests.Commands;

public sealed class ClearTests(Servers servers)
{
    [Fact]
    public async Task A_cache_is_cleared_and_its_neighbour_stays()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "clear");
        await using var neighbour = await Shop.OpenAsync(shop.Server, "clear-too");

        var dry = await Run.ToolAsync("clear", "clear", "--dry-run", "--redis", shop.Server.EndPoint);
        var nobody = await Run.ToolAsync("clear", "clear", "--redis", shop.Server.EndPoint);
        Assert.Equal(5, await shop.Cache.CountAsync());
        var done = await Run.ToolAsync("clear", "clear", "--redis", shop.Server.EndPoint, "--yes", "-o", "json");

        Golden.Equal("clear.txt", dry.Transcript() + nobody.Transcript() + done.Transcript());
        Assert.Equal(0, await shop.Cache.CountAsync());
        Assert.Equal(5, await neighbour.Cache.CountAsync());
    }

    [Fact]
    public async Task On_a_terminal_the_name_of_the_cache_has_to_be_typed()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "clear-typed");

        var wrong = await new Run { IsTerminal = true, Input = "yes\n" }.StartAsync(["clear", .. shop.Address]);
        Assert.Equal(130, wrong.ExitCode);
        Assert.Equal(5, await shop.Cache.CountAsync());

        var right = await new Run { IsTerminal = true, Input = "clear-typed\n" }.StartAsync(["clear", .. shop.Address]);
        Assert.Equal(0, right.ExitCode);
        Assert.Equal(0, await shop.Cache.CountAsync());
    }

    [Fact]
    public async Task A_cache_that_nobody_named_is_not_cleared()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "clear-unnamed");

        var run = await new Run { Variables = [("LARDER_CACHE", "clear-unnamed")] }.StartAsync(["clear", "--yes", "--redis", shop.Server.EndPoint]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(5, await shop.Cache.CountAsync());
    }
}
