using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Larder.Cli.Tests.Running;
using Larder.Redis.Tests.Servers;

namespace Larder.Cli.Tests.Commands;

/// <summary>The dashboard that the tool serves itself.</summary>
public sealed class DashboardTests(Servers servers)
{
    [Fact]
    public async Task The_address_that_is_printed_logs_in_and_nothing_else_does()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "site");
        await using var site = await Site.StartAsync(shop.Address);

        using var stranger = new HttpClient { BaseAddress = site.Root };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("larder/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("larder/api/me")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("login?t=0000")).StatusCode);

        using var login = await site.Visitor.GetAsync(site.Login);
        var cookie = string.Join("; ", site.Cookies.GetCookies(site.Root).Select(cookie => $"{cookie.HttpOnly} {cookie.Name}"));
        Assert.Equal($"True larder-{site.Root.Port}", cookie);
        Assert.Equal("/larder/", login.RequestMessage!.RequestUri!.AbsolutePath);

        var me = (await site.Visitor.GetFromJsonAsync<JsonNode>(new Uri(site.Root, "larder/api/me")))!;
        Assert.Equal(["site"], me["caches"]!.AsArray().Select(name => (string?)name));
        Assert.Equal((true, false), ((bool?)me["canViewValues"], (bool?)me["canInvalidate"]));
    }

    [Fact]
    public async Task The_cookie_is_for_its_own_pages_alone()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "site-cookie");
        await using var site = await Site.StartAsync(shop.Address);
        using var plain = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

        using var answer = await plain.GetAsync(site.Login);

        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.Forbidden)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task It_shows_and_changes_only_when_it_was_allowed_to(bool allowsWrites, HttpStatusCode expected)
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), $"site-{allowsWrites}");
        await using var site = await Site.StartAsync([.. shop.Address, .. allowsWrites ? ["--allow-writes"] : Array.Empty<string>()]);
        await site.Visitor.GetAsync(site.Login);
        site.Visitor.DefaultRequestHeaders.Add("X-Larder", "1");

        var value = (await site.Visitor.GetFromJsonAsync<JsonNode>(new Uri(site.Root, $"larder/api/value?cache={shop.Name}&key=greeting")))!;
        using var removed = await site.Visitor.PostAsJsonAsync(new Uri(site.Root, "larder/api/remove"), new { cache = shop.Name, key = "greeting" });

        Assert.Equal("hello", (string?)value["text"]);
        Assert.Equal(expected, removed.StatusCode);
        Assert.Equal(!allowsWrites, await shop.Cache.ExistsAsync("greeting"));
    }

    [Fact]
    public async Task While_Redis_is_down_a_page_says_so_and_goes_away_by_itself()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        await using var site = await Site.StartAsync(["--redis", server.EndPoint, "--cache", "site-down"]);
        await site.Visitor.GetAsync(site.Login);

        using var down = await site.Visitor.GetAsync(new Uri(site.Root, "larder/"));
        var page = await down.Content.ReadAsStringAsync();
        await server.RestartAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.Contains("Redis does not answer", page);
        Assert.Contains(server.EndPoint, page);
        Assert.Contains("http-equiv=\"refresh\"", page);
        await Deadline.TrueAsync(async () => (await site.Visitor.GetAsync(new Uri(site.Root, "larder/"))).StatusCode != HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task What_is_printed_is_an_address_and_a_hint()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "site-printed");
        await using var site = await Site.StartAsync(shop.Address);

        Golden.Equal("dashboard.txt", (await site.EndAsync()).Transcript((@"[0-9a-f]{48}", "TOKEN")));
    }

    [Fact]
    public async Task An_application_has_a_dashboard_already() =>
        Assert.Equal(2, (await Run.ToolAsync("dashboard", "--url", "http://127.0.0.1:1/larder")).ExitCode);

    /// <summary>A dashboard that runs, and a browser before it.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly SocketsHttpHandler _handler = new();
        private Task<Run>? _run;

        private Site() => Visitor = new HttpClient(_handler);

        public HttpClient Visitor { get; }

        public CookieContainer Cookies => _handler.CookieContainer;

        public Uri Login { get; private set; } = null!;

        public Uri Root => new(Login.GetLeftPart(UriPartial.Authority) + "/");

        public static async Task<Site> StartAsync(IReadOnlyList<string> arguments)
        {
            var site = new Site();
            var run = new Run();
            site._run = run.StartAsync(["dashboard", "--port", "0", .. arguments], site._end.Token);
            await Deadline.TrueAsync(() => site._run.IsCompleted || run.Error.Contains("Ctrl-C"));
            Assert.False(site._run.IsCompleted, run.Error);
            site.Login = new Uri(Regex.Match(run.Output, @"http://\S+").Value);
            return site;
        }

        public async Task<Run> EndAsync()
        {
            await _end.CancelAsync();
            return await _run!;
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            Visitor.Dispose();
            _handler.Dispose();
            _end.Dispose();
        }
    }
}
