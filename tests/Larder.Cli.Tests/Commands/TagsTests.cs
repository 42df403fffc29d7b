using Larder.Cli.Tests.Running;

namespace Larder.Cli.Tests.Commands;

public sealed class TagsTests(Servers servers)
{
    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task Tags_are_listed(string format)
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), $"tags-{format}");

        Golden.Equal($"tags-list.{format}.txt", (await shop.RunAsync("tags", "list", "-o", format)).Transcript());
    }

    [Fact]
    public async Task A_tag_is_invalidated_when_somebody_agreed()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "tags-invalidate");

        var dry = await shop.RunAsync("tags", "invalidate", "users", "vip", "--dry-run");
        var nobody = await shop.RunAsync("tags", "invalidate", "users");
        Assert.True(await shop.Cache.ExistsAsync("user:2"));
        var done = await shop.RunAsync("tags", "invalidate", "users", "--yes", "-o", "json");

        Golden.Equal("tags-invalidate.txt", dry.Transcript() + nobody.Transcript() + done.Transcript());
        Assert.False(await shop.Cache.ExistsAsync("user:1"));
        Assert.False(await shop.Cache.ExistsAsync("user:2"));
        Assert.True(await shop.Cache.ExistsAsync("greeting"));
    }
}
