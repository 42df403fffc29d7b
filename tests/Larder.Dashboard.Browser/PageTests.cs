using Microsoft.Playwright;

namespace Larder.Dashboard.Browser;

/// <summary>How the page behaves: what is in its address, what keys do, when it asks, and what it says when there is nothing or nobody answers.</summary>
[Trait("Category", "Slow")]
public sealed class PageTests(Chromium chromium)
{
    [Fact]
    public async Task The_address_holds_what_is_shown()
    {
        await using var host = await DashboardHost.StartAsync(larder => larder.AddCache("other"));
        foreach (var key in new[] { "user:1", "user:2", "order:1" })
        {
            await host.Named("other").SetAsync(key, 1);
        }

        await using var visit = await chromium.OpenAsync(host.Address);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await visit.Page.GetByLabel("Cache").SelectOptionAsync("other");
        await visit.Page.Locator("#search").FillAsync("user:");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("a.key")).ToHaveCountAsync(2);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Key", Exact = true }).ClickAsync();

        await using var copy = await chromium.OpenAsync(new Uri(visit.Page.Url));
        await Assertions.Expect(copy.Page.Locator("a.key")).ToHaveTextAsync(["user:1", "user:2"]);
        await Assertions.Expect(copy.Page.Locator("#search")).ToHaveValueAsync("user:");

        await visit.Page.Locator("a.key").First.ClickAsync();
        await visit.SeeAsync("It lives on");
        await visit.Page.GoBackAsync();
        await Assertions.Expect(visit.Page.Locator("a.key")).ToHaveTextAsync(["user:1", "user:2"]);
        await Assertions.Expect(visit.Page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("^Keys"));
        visit.AssertNoComplaint();
        copy.AssertNoComplaint();
    }

    [Fact]
    public async Task Keys_are_listed_page_by_page_and_say_how_far_they_are()
    {
        await using var host = await DashboardHost.StartAsync();
        for (var i = 0; i < 250; i++)
        {
            await host.Cache.SetAsync($"item:{i}", i);
        }

        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/keys"));
        await visit.SeeAsync("100 entries, scanned 100 of about 250");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Scan on" }).First.ClickAsync();
        await visit.SeeAsync("200 entries, scanned 200 of about 250");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Scan on" }).First.ClickAsync();
        await visit.SeeAsync("250 entries, scanned 250 of about 250");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Scan on" })).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Page.Locator("a.key")).ToHaveCountAsync(250);
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task It_can_be_used_with_the_keyboard_alone()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var visit = await chromium.OpenAsync(host.Address);
        await visit.SeeAsync("Reads a second");
        var keyboard = visit.Page.Keyboard;

        foreach (var (letter, title) in new[] { ("s", "Saved"), ("l", "Levels"), ("t", "Tags"), ("n", "Nodes"), ("w", "Locks and writes"), ("e", "Events"), ("c", "Configuration"), ("o", "Overview") })
        {
            await keyboard.PressAsync("g");
            await keyboard.PressAsync(letter);
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
        }

        await keyboard.PressAsync("/");
        await Assertions.Expect(visit.Page.Locator("#search")).ToBeFocusedAsync();
        await keyboard.TypeAsync("go");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Keys");
        await keyboard.PressAsync("Enter");
        await visit.SeeAsync("Nothing matches");

        await visit.Page.Locator("h1").ClickAsync();
        await keyboard.PressAsync("?");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Locks and writes");
        await visit.AssertAccessibleAsync("The list of keys");
        await keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        await visit.GoAsync("overview");
        var term = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Hit ratio" });
        await term.FocusAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Tooltip)).ToContainTextAsync("larder.requests");
        Assert.NotEqual("none", await term.EvaluateAsync<string>("element => { element.focus({ focusVisible: true }); return getComputedStyle(element).outlineStyle; }"));
        await keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Tooltip)).ToHaveCountAsync(0);
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task A_hidden_tab_asks_for_nothing()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var visit = await chromium.OpenAsync(new Uri("about:blank"));
        await visit.Page.Clock.InstallAsync();
        await visit.Page.GotoAsync(host.Address.ToString());
        await visit.SeeAsync("Reads a second");

        // It has asked for all that it shows: this is in the last answer.
        await visit.SeeAsync("A point stands for");

        await HideAsync(true);
        var before = visit.Requests.Count;
        await visit.Page.Clock.RunForAsync(60_000);
        Assert.Equal(before, visit.Requests.Count);

        await HideAsync(false);
        await visit.UntilAskedAsync(after: before);
        visit.AssertNoComplaint();

        Task HideAsync(bool isHidden) => visit.Page.EvaluateAsync(
            "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", isHidden);
    }

    [Fact]
    public async Task Old_data_is_said_to_be_old_until_the_server_answers_again()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var visit = await chromium.OpenAsync(new Uri("about:blank"));
        await visit.Page.Clock.InstallAsync();
        await visit.Page.GotoAsync(host.Address.ToString());
        await visit.SeeAsync("Reads a second");
        await Assertions.Expect(visit.Page.Locator(".age")).ToHaveTextAsync("live");

        visit.ExpectComplaint("ERR_FAILED");
        await visit.Page.RouteAsync("**/api/**", route => route.AbortAsync());
        await visit.UntilTickedAsync("() => document.querySelector('.banner')?.textContent.includes('The server does not answer')");
        await Assertions.Expect(visit.Page.Locator(".age")).ToContainTextAsync("old");
        await visit.SeeAsync("Reads a second");
        await visit.AssertAccessibleAsync("Old data");

        await visit.Page.UnrouteAllAsync();
        await visit.UntilTickedAsync("() => document.querySelector('.age').textContent === 'live' && !document.querySelector('.banner')");
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task The_theme_is_the_systems_until_another_is_chosen()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var visit = await chromium.OpenAsync(host.Address, new() { ColorScheme = ColorScheme.Dark });
        await visit.SeeAsync("Reads a second");
        Assert.Equal("rgb(17, 20, 22)", await PaperAsync());

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Theme: auto" }).ClickAsync();
        Assert.Equal("rgb(246, 247, 245)", await PaperAsync());
        await visit.Page.ReloadAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Theme: light" })).ToBeVisibleAsync();
        Assert.Equal("rgb(246, 247, 245)", await PaperAsync());
        visit.AssertNoComplaint();

        Task<string> PaperAsync() => visit.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }

    [Fact]
    public async Task Where_there_is_nothing_the_page_says_what_to_do_next()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var visit = await chromium.OpenAsync(host.Address);
        foreach (var (place, text) in new[]
        {
            ("overview", "No reads in the last minute."), ("saved", "Read something twice"), ("keys", "after the first GetOrCreateAsync"), ("keys?pattern=x", "Show all keys"),
            ("tags", "Give entries tags"), ("nodes", "One process."), ("work", "AcquireLockAsync"), ("events", "Nothing has happened yet"), ("configuration?text=nonsense", "No such setting"),
        })
        {
            await visit.GoAsync(place);
            await visit.SeeAsync(text);
            await visit.AssertAccessibleAsync(place);
        }

        visit.ExpectComplaint("404");
        await visit.GoAsync("entry?key=absent");
        await visit.SeeAsync("Look for another");
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task A_value_is_shown_as_JSON_as_text_and_in_hexadecimal_digits()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.Cache.SetAsync("text", "plain\ntext");
        await host.Cache.SetAsync("json", new { Number = 12345678901234567890m, Empty = Array.Empty<int>(), Text = "{ }" });
        await host.Cache.SetAsync("bytes", new byte[] { 0x4c, 0x61, 0x72, 0x64, 0x65, 0x72, 0x00, 0xff });
        await using var visit = await chromium.OpenAsync(host.Address);

        foreach (var (key, shown) in new[]
        {
            ("text", "plain\ntext"),
            ("json", "{\n  \"Number\": 12345678901234567890,\n  \"Empty\": [],\n  \"Text\": \"{ }\"\n}"),
            ("bytes", "000000  4c 61 72 64 65 72 00 ff                          Larder.."),
        })
        {
            await visit.GoAsync("entry?key=" + key);
            await Assertions.Expect(visit.Page.Locator("h2.key")).ToContainTextAsync(key);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show the value" }).ClickAsync();
            await Assertions.Expect(visit.Page.Locator("main pre")).ToBeVisibleAsync();
            Assert.Equal(shown, await visit.Page.Locator("main pre").TextContentAsync());
        }

        visit.AssertNoComplaint();
    }
}
