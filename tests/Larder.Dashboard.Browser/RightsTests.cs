using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Larder.Dashboard.Browser;

/// <summary>What those see who may not do everything, and what becomes of the tricks of those who should do nothing.</summary>
[Trait("Category", "Slow")]
public sealed class RightsTests(Chromium chromium)
{
    private const string Attack = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";

    [Fact]
    public async Task Who_may_only_look_sees_no_button_and_which_right_is_missing()
    {
        await using var host = await DashboardHost.StartAsync(map: DashboardHost.MapGuarded, environment: "Production");
        await host.Cache.SetAsync("k", "secret text", new() { Tags = ["t"] });
        await using var visit = await OpenAsync(host, "viewer", "#/keys");

        foreach (var (place, text) in new[] { ("keys", "scanned"), ("keys?view=tree", "scanned"), ("tags", "Last invalidated"), ("configuration", "TimeToLive"), ("entry?key=k", "It lives on") })
        {
            await visit.GoAsync(place);
            await visit.SeeAsync(text);
            await visit.SeeAsync("DashboardOptions.InvalidatePolicy");
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("Remove|Invalidate|Expire|Clear") })).ToHaveCountAsync(0);
        }

        await visit.SeeAsync("DashboardOptions.ViewValuesPolicy");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show the value" })).ToHaveCountAsync(0);
        await visit.AssertAccessibleAsync("The entry without rights");
        visit.AssertNoComplaint();

        // Hiding buttons is not what keeps them out.
        visit.ExpectComplaint("403");
        Assert.Equal(403, await PostAsync(visit, "api/remove", "{\"cache\":\"default\",\"key\":\"k\"}"));
        Assert.Equal(403, await visit.Page.EvaluateAsync<int>("() => fetch('api/value?cache=default&key=k').then(answer => answer.status)"));
        Assert.True(await host.Cache.ExistsAsync("k"));
        visit.AssertNoComplaint();
    }

    [Theory]
    [InlineData("viewer,reader", true, false)]
    [InlineData("viewer,operator", false, true)]
    public async Task Each_right_shows_what_it_gives(string roles, bool seesValues, bool removes)
    {
        await using var host = await DashboardHost.StartAsync(map: DashboardHost.MapGuarded, environment: "Production");
        await host.Cache.SetAsync("k", "secret text");
        await using var visit = await OpenAsync(host, roles, "#/entry?key=k");
        await visit.SeeAsync("It lives on");

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show the value" })).ToHaveCountAsync(seesValues ? 1 : 0);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove" })).ToHaveCountAsync(removes ? 1 : 0);
        if (seesValues)
        {
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show the value" }).ClickAsync();
            await Assertions.Expect(visit.Page.Locator("main pre")).ToHaveTextAsync("secret text");
        }

        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task A_stranger_and_a_passed_on_request_get_a_refusal_that_says_what_to_do()
    {
        await using var guarded = await DashboardHost.StartAsync(environment: "Production");
        await using var open = await DashboardHost.StartAsync();
        foreach (var (address, headers) in new (Uri, Dictionary<string, string>)[]
        {
            (guarded.Address, []),
            (open.Address, new() { ["X-Forwarded-For"] = "127.0.0.1" }),
            (open.Address, new() { ["Forwarded"] = "for=127.0.0.1;host=localhost" }),
        })
        {
            await using var visit = await chromium.OpenAsync(address, new() { ExtraHTTPHeaders = headers });
            await visit.SeeAsync("RequireAuthorization");
            Assert.Equal(HttpStatusCode.Forbidden, (HttpStatusCode)await visit.Page.EvaluateAsync<int>("() => fetch('api/keys').then(answer => answer.status)"));
        }
    }

    [Fact]
    public async Task The_page_of_another_origin_changes_nothing()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.Cache.SetAsync("k", 1);
        await using var evil = await DashboardHost.StartAsync(map: app => app.MapGet("/", () => Results.Content("<!doctype html><title>Evil</title>", "text/html")));
        await using var visit = await chromium.OpenAsync(evil.Root);

        foreach (var options in new[]
        {
            "{ method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Larder': '1' }, body }",
            "{ method: 'POST', headers: { 'Content-Type': 'text/plain' }, body }",
            "{ method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body }",
        })
        {
            var answer = await visit.Page.EvaluateAsync<string>(
                $"address => {{ const body = '{{\"cache\":\"default\",\"key\":\"k\"}}'; return fetch(address, {options}).then(answer => answer.type + ' ' + answer.status, () => 'refused'); }}",
                new Uri(host.Address, "api/remove").ToString());
            Assert.True(answer is "refused" or "opaque 0", answer);
        }

        // A page of the attacker cannot show the dashboard inside itself either.
        Assert.Equal("DENY", (await new HttpClient().GetAsync(host.Address)).Headers.GetValues("X-Frame-Options").Single());
        Assert.True(await host.Cache.ExistsAsync("k"));
    }

    [Fact]
    public async Task Scripts_in_keys_values_and_tags_are_shown_as_text()
    {
        await using var host = await DashboardHost.StartAsync();
        var key = "page:" + Attack;
        await host.Cache.SetAsync(key, Attack, new() { Tags = [Attack] });
        await host.Cache.SetAsync("page:json", new Dictionary<string, string> { [Attack] = Attack });
        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/keys"));
        await Assertions.Expect(visit.Page.Locator("a.key").Filter(new() { HasText = key })).ToHaveTextAsync(key);
        await Assertions.Expect(visit.Page.Locator("a.chip")).ToHaveTextAsync(Attack);
        await visit.GoAsync("keys?view=tree");
        await visit.Page.Locator("summary").First.ClickAsync();
        await visit.SeeAsync(Attack);
        await visit.GoAsync("keys?pattern=" + Uri.EscapeDataString(key));
        await Assertions.Expect(visit.Page.Locator("#search")).ToHaveValueAsync(key);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove all that match" }).ClickAsync();
        await visit.SeeAsync("1 entry matches.");
        await Assertions.Expect(visit.Page.Locator("dialog .what")).ToContainTextAsync(Attack);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.GoAsync("tags");
        await Assertions.Expect(visit.Page.Locator("a.key")).ToHaveTextAsync(Attack);
        foreach (var shown in new[] { key, "page:json" })
        {
            await visit.GoAsync("entry?key=" + Uri.EscapeDataString(shown));
            await Assertions.Expect(visit.Page.Locator("h2.key")).ToContainTextAsync(shown);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show the value" }).ClickAsync();
            await Assertions.Expect(visit.Page.Locator("main pre")).ToContainTextAsync("window.hacked=1");
        }

        await host.Cache.RemoveByTagAsync(Attack);
        await visit.GoAsync("events");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Invalidated" })).ToContainTextAsync(Attack);
        Assert.False(await visit.Page.EvaluateAsync<bool>("() => 'hacked' in window || document.querySelector('main img, main script') !== null"));
        visit.AssertNoComplaint();
    }

    private Task<Visit> OpenAsync(DashboardHost host, string roles, string place) =>
        chromium.OpenAsync(new Uri(host.Address, place), new() { ExtraHTTPHeaders = new Dictionary<string, string> { [Tests.RoleHandler.Header] = roles } });

    private static Task<int> PostAsync(Visit visit, string path, string body) => visit.Page.EvaluateAsync<int>(
        "([path, body]) => fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Larder': '1' }, body }).then(answer => answer.status)", new[] { path, body });
}
