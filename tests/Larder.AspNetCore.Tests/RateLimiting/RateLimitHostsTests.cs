using System.Net;
using Larder.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.RateLimiting;

/// <summary>Policies of ASP.NET Core whose permits two hosts count together.</summary>
public sealed class RateLimitHostsTests(SharedServers servers) : IAsyncDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly string _prefix = TestWeb.Prefix();
    private readonly List<WebApplication> _apps = [];

    public static TheoryData<string> Limits => ["fixed", "sliding", "bucket"];

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task Two_hosts_grant_exactly_the_limit_together(string limit)
    {
        var server = await servers.Standalone.GetAsync();
        HttpClient[] clients = [await ClientAsync(server, limit), await ClientAsync(server, limit)];

        var statuses = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => StatusAsync(clients[i % 2], "/limited?who=ada")));

        Assert.Equal((50, 70), (statuses.Count(status => status == HttpStatusCode.OK), statuses.Count(status => status == HttpStatusCode.TooManyRequests)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(clients[0], "/limited?who=grace"));
    }

    [Fact]
    public async Task In_memory_a_policy_grants_exactly_the_limit()
    {
        var client = await ClientAsync(server: null, "sliding");

        var statuses = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => StatusAsync(client, "/limited?who=ada")));

        Assert.Equal(50, statuses.Count(status => status == HttpStatusCode.OK));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    private async Task<HttpClient> ClientAsync(RedisServer? server, string name)
    {
        var limit = name switch { "fixed" => RateLimit.FixedWindow(50, Hour), "sliding" => RateLimit.SlidingWindow(50, Hour), _ => RateLimit.TokenBucket(50, 1, Hour) };
        var app = await TestWeb.StartAsync(
            larder => _ = server is null ? larder : larder.In(server, _prefix).UseRedis(redis => redis.CommandTimeout = TimeSpan.FromSeconds(20)),
            builder => builder.Services.AddRateLimiter(options =>
            {
                options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
                options.AddPolicy("who", context => context.RequestServices.GetRequiredService<ICache>().GetRateLimitPartition($"who:{context.Request.Query["who"]}", limit, UnavailableMode.Refuse));
            }),
            app =>
            {
                app.UseRateLimiter();
                app.MapGet("/limited", () => "granted").RequireRateLimiting("who");
            },
            isReal: server is not null);
        _apps.Add(app);
        return app.Client();
    }
}
