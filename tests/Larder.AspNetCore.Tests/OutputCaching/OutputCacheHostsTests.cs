using Larder.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.OutputCaching;

/// <summary>Output caching in two hosts, on real ports, that share one Redis.</summary>
public sealed class OutputCacheHostsTests(SharedServers servers) : IAsyncDisposable
{
    private readonly string _prefix = TestWeb.Prefix();
    private readonly List<WebApplication> _apps = [];
    private int _calls;

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_one_host_has_made_the_other_serves_until_one_of_them_evicts_its_tag()
    {
        var server = await servers.Standalone.GetAsync();
        var (one, two) = (await StartAsync(server), await StartAsync(server));
        using var clientOfOne = one.Client();
        using var clientOfTwo = two.Client();

        Assert.Equal("1", await clientOfOne.GetStringAsync("/page"));
        Assert.Equal("1", await clientOfTwo.GetStringAsync("/page"));
        Assert.Equal("1", await clientOfTwo.GetStringAsync("/page"));

        await StoreOf(two).EvictByTagAsync("pages", default);
        Assert.Equal("2", await clientOfTwo.GetStringAsync("/page"));
        await Deadline.TrueAsync(async () => await clientOfOne.GetStringAsync("/page") == "2");
        Assert.Equal(2, _calls);
    }

    [Fact]
    public async Task A_response_whose_tag_another_host_evicts_while_it_is_made_is_not_stored()
    {
        var server = await servers.Standalone.GetAsync();
        var (isAsked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var one = await StartAsync(server, async () =>
        {
            isAsked.TrySetResult();
            await release.Task;
        });
        var two = await StartAsync(server);
        using var clientOfOne = one.Client();
        using var clientOfTwo = two.Client();

        var old = clientOfOne.GetStringAsync("/page");
        await isAsked.Task;
        await StoreOf(two).EvictByTagAsync("pages", default);
        release.SetResult();

        Assert.Equal("1", await old);
        Assert.Equal("2", await clientOfTwo.GetStringAsync("/page"));
        await Deadline.TrueAsync(async () => await clientOfOne.GetStringAsync("/page") == "2");
    }

    [Fact]
    public async Task Of_two_hosts_that_make_the_same_response_one_stores_it()
    {
        var server = await servers.Standalone.GetAsync();
        var release = new TaskCompletionSource();
        var areAsked = new CountdownEvent(2);
        Func<Task> work = () =>
        {
            areAsked.Signal();
            return release.Task;
        };
        var (one, two) = (await StartAsync(server, work), await StartAsync(server, work));
        using var clientOfOne = one.Client();
        using var clientOfTwo = two.Client();

        string[] answers = await Task.WhenAll(clientOfOne.GetStringAsync("/page"), clientOfTwo.GetStringAsync("/page"), ReleaseAsync());

        Assert.Equal(["1", "2"], answers[..2].Order());
        var stored = await clientOfOne.GetStringAsync("/page");
        Assert.Equal(stored, await clientOfTwo.GetStringAsync("/page"));
        Assert.Equal(2, _calls);
        Assert.Equal(1, DiscardedBy(one) + DiscardedBy(two));

        async Task<string> ReleaseAsync()
        {
            await Deadline.TrueAsync(() => areAsked.IsSet);
            release.SetResult();
            return "";
        }
    }

    [Fact]
    public async Task A_response_that_may_not_be_stored_leaves_nothing_behind_in_Redis()
    {
        await using var server = await RedisServer.StartAsync();
        var app = await StartAsync(server);
        using var client = app.Client();

        using var answer = await client.GetAsync("/missing");

        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        await Deadline.TrueAsync(async () => await server.ListAsync("KEYS", $"{_prefix}:*") is []);
        Assert.Equal((0, 0), (app.Services.GetRequiredService<ICache>().Statistics.Snapshot().Sets, DiscardedBy(app)));
    }

    [Fact]
    [Ledger(174)]
    public async Task While_Redis_is_away_every_page_is_served()
    {
        await using var server = await RedisServer.StartAsync();
        var app = await StartAsync(server);
        using var client = app.Client();
        Assert.Equal("1", await client.GetStringAsync("/page"));

        await server.KillAsync();

        for (var i = 0; i < 5; i++)
        {
            Assert.NotEmpty(await client.GetStringAsync($"/page?{i}"));
        }
    }

    private static long DiscardedBy(WebApplication app) => app.Services.GetRequiredService<ICache>().Statistics.Snapshot().DiscardedLoads;

    private static IOutputCacheStore StoreOf(WebApplication app) => app.Services.GetRequiredService<IOutputCacheStore>();

    private async Task<WebApplication> StartAsync(RedisServer server, Func<Task>? work = null)
    {
        var app = await TestWeb.StartAsync(
            larder => larder.In(server, _prefix).AsOutputCacheStore(),

            // The key has the host; behind a load balancer it is the same.
            builder => builder.Services.AddOutputCache(options => options.AddBasePolicy(policy => policy.SetVaryByHost(false).Tag("pages"))),
            app =>
            {
                app.UseOutputCache();
                app.MapGet("/page", async (HttpContext _) =>
                {
                    var call = Interlocked.Increment(ref _calls);
                    await (work?.Invoke() ?? Task.CompletedTask);
                    return $"{call}";
                });
            },
            isReal: true);
        _apps.Add(app);
        return app;
    }
}
