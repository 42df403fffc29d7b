using Larder.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.AspNetCore.Tests;

/// <summary>Web applications of a test: with its settings and nothing of the machine's.</summary>
internal static class TestWeb
{
    /// <summary>Starts an application in memory, or on a real port.</summary>
    public static async Task<WebApplication> StartAsync(
        Action<LarderBuilder> larder, Action<WebApplicationBuilder> configure, Action<WebApplication> map, bool isReal = false, string environment = "Production")
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        if (isReal)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        builder.Services.AddLarder(larder);
        configure(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }

    /// <summary>Gets a client of an application.</summary>
    public static HttpClient Client(this WebApplication app) =>
        app.Services.GetService<Microsoft.AspNetCore.Hosting.Server.IServer>() is TestServer server ? server.CreateClient() : new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

    /// <summary>Puts all caches into a server, under a prefix. Commands may take long, so that nothing is given up on a busy machine.</summary>
    public static LarderBuilder In(this LarderBuilder larder, RedisServer server, string prefix) =>
        larder.UseRedis(redis => redis.ConnectionString = $"redis://{server.EndPoint}?commandTimeout=20s").Configure(options => options.Prefix = prefix);

    /// <summary>A prefix that no other test has.</summary>
    public static string Prefix() => $"test-{Guid.NewGuid():N}";
}
