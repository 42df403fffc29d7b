using System.Text.Json;
using Larder.Redis.Tests.Servers;
using Microsoft.Playwright;

namespace Larder.Dashboard.Browser;

/// <summary>The dashboard of ApiExplorer under load, two processes on one Redis.</summary>
[Trait("Category", "Slow")]
public sealed class LiveTests(Chromium chromium, LiveExplorer explorer) : IClassFixture<LiveExplorer>
{
    private const int Wide = 1280;
    private const int Narrow = 360;

    /// <summary>Each page, and a text that is seen when its data is there.</summary>
    private static readonly (string Place, string Text)[] s_pages =
    [
        ("overview?cache=catalog&minutes=5", "A point stands for"),
        ("saved", "Without the cache"),
        ("levels?cache=catalog", "Redis tells of each change"),
        ("keys?cache=catalog", "scanned"),
        ("keys?cache=catalog&view=tree", "scanned"),
        ("tags?cache=catalog", "types:query"),
        ("nodes", "2 processes keep these caches"),
        ("work", "Nothing is locked"),
        ("events", "Invalidated"),
        ("configuration?cache=catalog", "Memory.MaxEntries"),
    ];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_page_shows_the_application_under_load_without_a_complaint(ColorScheme theme)
    {
        await explorer.StartAsync();
        await using var traffic = Screenshots.AreWanted ? Traffic.Start(explorer.Client, new Uri(explorer.Dashboard, "..")) : null;
        await using var visit = await chromium.OpenAsync(explorer.Dashboard, new() { ColorScheme = theme, ViewportSize = new() { Width = Wide, Height = 800 } });
        var entry = "entry?cache=catalog&key=" + Uri.EscapeDataString(await AnyKeyAsync());
        foreach (var (place, text) in s_pages.Append((entry, "It lives on for")))
        {
            await visit.GoAsync(place);
            await visit.SeeAsync(text);
            await visit.UntilAsync("place => location.hash.startsWith('#/' + place) && !document.querySelector('.waiting')", place.Split('?')[0]);
            if (place == entry)
            {
                await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show the value" }).ClickAsync();
                await Assertions.Expect(visit.Page.Locator("main pre")).ToBeVisibleAsync();
            }

            await visit.AssertAccessibleAsync($"{place} in {theme}");
            if (place != "work")
            {
                await Screenshots.TakeAsync(visit, place, theme);
            }
        }

        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task Every_page_fits_a_small_screen()
    {
        await explorer.StartAsync();
        await using var visit = await chromium.OpenAsync(explorer.Dashboard, new() { ViewportSize = new() { Width = Narrow, Height = 740 } });
        foreach (var (place, text) in s_pages)
        {
            await visit.GoAsync(place);
            await visit.SeeAsync(text);
            await visit.UntilAsync("() => !document.querySelector('.waiting')");
            Assert.Equal((place, 0), (place, await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")));
        }

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Overview" })).ToBeVisibleAsync();
        await visit.AssertAccessibleAsync("The open menu");
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task Plots_draw_what_the_load_does_and_share_a_cursor()
    {
        await explorer.StartAsync();
        await using var visit = await chromium.OpenAsync(new Uri(explorer.Dashboard, "#/overview?cache=catalog&minutes=5"));
        var plots = visit.Page.Locator(".plot");
        await Assertions.Expect(plots).ToHaveCountAsync(4);

        // The browser advises against what the test does to see the lines.
        visit.ExpectComplaint("willReadFrequently");
        foreach (var (plot, height) in new[] { (0, 20), (1, 1), (2, 20), (3, 1) })
        {
            // A line in the colour of the first series. A latency may be flat, and so are the entries once the memory is full.
            await visit.UntilAsync(
                """
                ([at, height]) => {
                  const plot = document.querySelectorAll('.plot')[at];
                  const canvas = plot.querySelector('canvas');
                  const wanted = getComputedStyle(plot.querySelector('.legend .term')).color.match(/\d+/g).map(Number);
                  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                  const rows = new Set();
                  for (let i = 0; i < data.length; i += 4) {
                    if (data[i + 3] > 60 && wanted.every((part, c) => Math.abs(data[i + c] - part) < 24)) rows.add(Math.floor(i / 4 / canvas.width));
                  }
                  return rows.size >= height;
                }
                """,
                new[] { plot, height });
        }

        await plots.Nth(0).Locator(".canvas").FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        var times = await visit.Page.Locator(".plot time").AllTextContentsAsync();
        Assert.Single(times.Distinct());
        await visit.UntilAsync("() => [...document.querySelectorAll('.u-cursor-x')].every(line => !line.classList.contains('u-off') && !line.style.transform.includes('-10'))");
        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task What_the_page_removes_is_gone_in_the_other_process()
    {
        const string key = "assemblies";
        await explorer.StartAsync();
        var pages = new[] { explorer.Dashboard, explorer.Other };
        foreach (var server in pages)
        {
            await Deadline.TrueAsync(async () =>
            {
                await explorer.Client.GetStringAsync(new Uri(server, "../assemblies"));
                return (await explorer.JsonAsync(server, $"api/entry?cache=catalog&key={key}")).GetProperty("tiers").GetString() == "All";
            });
        }

        await using var visit = await chromium.OpenAsync(new Uri(explorer.Dashboard, $"#/entry?cache=catalog&key={key}"));
        visit.ExpectComplaint("404");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove …" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await visit.SeeAsync("The entry was removed.");
        await visit.SeeAsync("No entry");

        foreach (var server in pages)
        {
            await Deadline.TrueAsync(async () => (await explorer.Client.GetAsync(new Uri(server, $"api/entry?cache=catalog&key={key}"))).StatusCode == System.Net.HttpStatusCode.NotFound);
        }

        visit.AssertNoComplaint();
    }

    [Fact]
    public async Task The_processes_on_the_page_are_those_that_run()
    {
        await explorer.StartAsync();
        await using var visit = await chromium.OpenAsync(new Uri(explorer.Dashboard, "#/nodes"));
        await visit.SeeAsync("2 processes keep these caches");

        var nodes = (await explorer.JsonAsync(explorer.Dashboard, "api/nodes")).GetProperty("nodes").EnumerateArray().ToList();
        var own = (await explorer.JsonAsync(explorer.Dashboard, "api/me")).GetProperty("node").GetString()!;
        var other = (await explorer.JsonAsync(explorer.Other, "api/me")).GetProperty("node").GetString()!;

        Assert.Equal(new[] { own, other }.Order(StringComparer.Ordinal), nodes.Select(node => node.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        foreach (var node in nodes)
        {
            var shown = visit.Page.GetByRole(AriaRole.Article, new() { Name = node.GetProperty("id").GetString()! });
            await Assertions.Expect(shown).ToContainTextAsync(node.GetProperty("processId").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture));
            await Assertions.Expect(shown.GetByRole(AriaRole.Row).Filter(new() { HasText = "catalog" })).ToHaveCountAsync(1);
        }
    }

    /// <summary>Finds the key of a type, whose row writers of notes ask for.</summary>
    private async Task<string> AnyKeyAsync()
    {
        var keys = default(JsonElement);
        await Deadline.TrueAsync(async () => (keys = (await explorer.JsonAsync(explorer.Dashboard, "api/keys?cache=catalog&pattern=types:*")).GetProperty("entries")).GetArrayLength() > 0);
        return keys[0].GetProperty("key").GetString()!;
    }
}
