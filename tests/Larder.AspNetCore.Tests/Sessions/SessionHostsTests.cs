using System.Net;
using Larder.Redis.Tests.Servers;
using Larder.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.Sessions;

/// <summary>Sessions of two hosts, on real ports, that share one Redis.</summary>
public sealed class SessionHostsTests(SharedServers servers) : IAsyncDisposable
{
    private readonly string _prefix = TestWeb.Prefix();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("larder-keys-");
    private readonly List<WebApplication> _apps = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        _keys.Delete(recursive: true);
    }

    [Fact]
    public async Task A_session_begun_at_one_host_is_there_at_the_other_and_a_change_at_either_is_seen_by_both()
    {
        var (one, two) = await StartBothAsync();
        using var browser = Browser();

        Assert.Equal("none", await browser.GetStringAsync(one + "/read"));
        await browser.PostAsync(one + "/write?text=ada", content: null);
        Assert.Equal("ada", await browser.GetStringAsync(two + "/read"));

        await browser.PostAsync(two + "/write?text=grace", content: null);
        Assert.Equal("grace", await browser.GetStringAsync(two + "/read"));
        await Deadline.TrueAsync(async () => await browser.GetStringAsync(one + "/read") == "grace");

        using var other = Browser();
        Assert.Equal("none", await other.GetStringAsync(two + "/read"));
    }

    [Fact]
    [Ledger(194)]
    public async Task It_lives_for_half_an_hour_after_each_use_at_either_host_and_no_longer()
    {
        var (one, two) = await StartBothAsync();
        using var browser = Browser();
        await browser.PostAsync(one + "/write?text=ada", content: null);
        for (var i = 0; i < 4; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(29));
            Assert.Equal("ada", await browser.GetStringAsync((i % 2 == 0 ? two : one) + "/read"));
        }

        _clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(1));

        Assert.Equal("none", await browser.GetStringAsync(two + "/read"));
        Assert.Equal("none", await browser.GetStringAsync(one + "/read"));
    }

    private static HttpClient Browser() => new(new SocketsHttpHandler { CookieContainer = new CookieContainer() });

    private async Task<(string One, string Two)> StartBothAsync()
    {
        var server = await servers.Standalone.GetAsync();
        return (await StartAsync(server), await StartAsync(server));
    }

    private async Task<string> StartAsync(RedisServer server)
    {
        var app = await TestWeb.StartAsync(
            larder => larder.In(server, _prefix).AsDistributedCache(),
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_clock);
                builder.Services.AddSession(options => options.IdleTimeout = TimeSpan.FromMinutes(30));

                // The cookie is protected by keys that hosts must share.
                builder.Services.AddDataProtection().SetApplicationName("sessions").PersistKeysToFileSystem(_keys);
            },
            app =>
            {
                app.UseSession();
                app.MapGet("/read", async (HttpContext context) =>
                {
                    await context.Session.LoadAsync();
                    return context.Session.GetString("text") ?? "none";
                });
                app.MapPost("/write", async (HttpContext context, string text) =>
                {
                    await context.Session.LoadAsync();
                    context.Session.SetString("text", text);
                });
            },
            isReal: true);
        _apps.Add(app);
        return app.Urls.First();
    }
}
