using Larder.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.Cli.Tests.Running;

/// <summary>An application with caches and a dashboard, as in development.</summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Application(WebApplication app, string cache) => (_app, CacheName) = (app, cache);

    public string CacheName { get; }

    public ICache Cache => _app.Services.GetRequiredKeyedService<ICache>(CacheName);

    public string Url => _app.Urls.First() + "/larder";

    /// <summary>Gets the arguments that name its cache.</summary>
    public string[] Address => ["--url", Url, "--cache", CacheName];

    /// <summary>Starts one with a cache, in Redis or in memory.</summary>
    public static async Task<Application> StartAsync(string cache, RedisServer? redis = null, Action<WebApplication>? map = null, string environment = "Development")
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = "Shop" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLarder(larder =>
        {
            larder.AddCache(cache);
            if (redis is not null)
            {
                larder.UseRedis($"redis://{redis.EndPoint}?commandTimeout=20s");
            }
        });
        var app = builder.Build();
        (map ?? (static app => app.MapLarderDashboard()))(app);
        await app.StartAsync();
        return new Application(app, cache);
    }

    /// <summary>Runs the tool on it.</summary>
    public Task<Run> RunAsync(params string[] arguments) => Run.ToolAsync([.. arguments, .. Address]);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
