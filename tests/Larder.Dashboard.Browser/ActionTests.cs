using Microsoft.Playwright;

namespace Larder.Dashboard.Browser;

/// <summary>What can be done on the page.</summary>
[Trait("Category", "Slow")]
public sealed class ActionTests(Chromium chromium)
{
    [Fact]
    public async Task A_key_is_removed_from_the_list()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.Cache.SetAsync("user:1", "one");
        await host.Cache.SetAsync("user:2", "two");
        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/keys"));

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove user:1" }).ClickAsync();
        await ConfirmAsync(visit, "Remove");

        await visit.SeeAsync("The entry was removed.");
        await Assertions.Expect(visit.Page.Locator("a.key")).ToHaveTextAsync(["user:2"]);
        Assert.False(await host.Cache.ExistsAsync("user:1"));
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task A_pattern_is_counted_first()
    {
        await using var host = await DashboardHost.StartAsync();
        foreach (var key in new[] { "user:1", "user:2", "order:1" })
        {
            await host.Cache.SetAsync(key, 1);
        }

        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/keys?pattern=user:"));
        await Assertions.Expect(visit.Page.Locator("a.key")).ToHaveCountAsync(2);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove all that match" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("2 entries match.");
        await Assertions.Expect(dialog.Locator(".what")).ToHaveTextAsync("user:*");
        await visit.AssertAccessibleAsync("The dialog");
        Assert.Equal(3, await host.Cache.CountAsync());
        await ConfirmAsync(visit, "Remove");

        await visit.SeeAsync("2 entries removed.");
        Assert.Equal(1, await host.Cache.CountAsync());
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task Tags_of_another_cache_are_gone_before_those_of_this_one_are_known()
    {
        await using var host = await DashboardHost.StartAsync(larder => larder.AddCache("other"));
        await host.Cache.SetAsync("k", 1, new() { Tags = ["mine"] });
        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/tags?cache=default"));
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Invalidate mine" }).WaitForAsync();
        var answer = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/api/tags?*", async route =>
        {
            await answer.Task;
            await route.ContinueAsync();
        });

        await visit.GoAsync("tags?cache=other");

        await Assertions.Expect(visit.Page.Locator("a.key")).ToHaveCountAsync(0);
        answer.SetResult();
        await visit.SeeAsync("No tags");
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task A_folder_of_the_tree_is_removed_by_a_pattern_that_matches_it_alone()
    {
        await using var host = await DashboardHost.StartAsync();
        foreach (var key in new[] { "a*b:1", "a*b:2", "axb:1", "axb:2" })
        {
            await host.Cache.SetAsync(key, 1);
        }

        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/keys?view=tree"));
        await visit.Page.Locator("summary").Filter(new() { HasText = "a*b:" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove all below a*b:" }).ClickAsync();
        await visit.SeeAsync("2 entries match.");
        await ConfirmAsync(visit, "Remove");

        await visit.SeeAsync("2 entries removed.");
        Assert.True(await host.Cache.ExistsAsync("axb:1"));
        Assert.False(await host.Cache.ExistsAsync("a*b:1"));
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task A_tag_is_invalidated()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.Cache.SetAsync("k", 1, new() { Tags = ["users"] });
        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/tags"));

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Invalidate users" }).ClickAsync();
        await ConfirmAsync(visit, "Invalidate");

        await visit.SeeAsync("The tag was invalidated.");
        Assert.False(await host.Cache.ExistsAsync("k"));
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task An_entry_is_expired_and_removed()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.Cache.SetAsync("k", "old");
        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/entry?key=k"));
        await visit.SeeAsync("Fresh.");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Expire" }).ClickAsync();
        await ConfirmAsync(visit, "Expire");
        await visit.SeeAsync("Stale: it is served once more");
        Assert.True((await host.Cache.PeekAsync<string>("k")).IsStale);

        visit.ExpectComplaint("404");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove …" }).ClickAsync();
        await ConfirmAsync(visit, "Remove");
        await visit.SeeAsync("No entry");
        Assert.False(await host.Cache.ExistsAsync("k"));
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task A_cache_is_cleared_when_its_name_was_typed()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.Cache.SetAsync("k", 1);
        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/configuration"));

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Clear default" }).ClickAsync();
        var button = visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Clear" });
        await Assertions.Expect(button).ToBeDisabledAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync("defualt");
        await Assertions.Expect(button).ToBeDisabledAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync("default");
        await button.ClickAsync();

        await visit.SeeAsync("1 entry removed.");
        Assert.False(await host.Cache.ExistsAsync("k"));
        await visit.GoAsync("events");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Action" })).ToHaveCountAsync(1);
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task Cancelling_changes_nothing()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.Cache.SetAsync("k", 1);
        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/keys"));

        foreach (var cancel in new Func<Task>[] { () => visit.Page.Keyboard.PressAsync("Escape"), () => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync() })
        {
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove k" }).ClickAsync();
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
            await cancel();
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        }

        Assert.True(await host.Cache.ExistsAsync("k"));
        visit.AssertNoComplaint();
    }

    private static Task ConfirmAsync(Visit visit, string button) => visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
}
