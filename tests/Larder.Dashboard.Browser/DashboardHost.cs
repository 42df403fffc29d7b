using Larder.Dashboard.Tests;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.Dashboard.Browser;

/// <summary>An application in the test's own process, with a dashboard on a real port.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DashboardHost(WebApplication app) => _app = app;

    public ICache Cache => _app.Services.GetRequiredService<ICache>();

    public ICache Named(string name) => _app.Services.GetRequiredKeyedService<ICache>(name);

    /// <summary>Gets the address of the application; it ends with a slash.</summary>
    public Uri Root => new(_app.Urls.First() + "/");

    /// <summary>Gets the address of the dashboard where it is mapped when nothing else is said.</summary>
    public Uri Address => new(Root, "larder/");

    public static async Task<DashboardHost> StartAsync(Action<LarderBuilder>? larder = null, Action<WebApplication>? map = null, string environment = "Development")
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = "Shop" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLarder(larder ?? (_ => { }));
        builder.Services.AddAuthentication("roles").AddScheme<AuthenticationSchemeOptions, RoleHandler>("roles", configureOptions: null);
        builder.Services.AddAuthorization(options =>
        {
            foreach (var role in new[] { "viewer", "reader", "operator" })
            {
                options.AddPolicy(role, policy => policy.RequireRole(role));
            }
        });
        var app = builder.Build();
        (map ?? (app => app.MapLarderDashboard()))(app);
        await app.StartAsync();
        return new DashboardHost(app);
    }

    /// <summary>Maps a dashboard with a policy for each right.</summary>
    public static void MapGuarded(WebApplication app) => app.MapLarderDashboard("/larder", options =>
    {
        options.ViewValuesPolicy = "reader";
        options.InvalidatePolicy = "operator";
    }).RequireAuthorization("viewer");

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
