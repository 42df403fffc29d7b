using System.Net;
using Larder.Cli.Targets;
using Larder.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.Cli.Serving;

/// <summary>The dashboard of a cache in Redis, served to this machine alone.</summary>
internal static class DashboardSite
{
    public const string Path = "/larder";

    private static readonly TimeSpan s_lifeOfLogin = TimeSpan.FromHours(12);

    /// <summary>Makes it.</summary>
    /// <param name="address">The cache.</param>
    /// <param name="port">The port; zero for a free one.</param>
    /// <param name="allowsWrites">Whether entries can be removed.</param>
    /// <param name="token">The secret of the login.</param>
    public static WebApplication Create(TargetAddress address, int port, bool allowsWrites, LoginToken token)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "larder dashboard", EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(token);
        builder.Services.AddAuthentication(CookieHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, CookieHandler>(CookieHandler.SchemeName, configureOptions: null);
        builder.Services.AddAuthorization(options => options.AddPolicy(CookieHandler.SchemeName, policy => policy.RequireAuthenticatedUser()));
        AddCache(builder.Services, address);

        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use((context, next) => new DiagnosticPage(address).AnswerAsync(context, next));
        app.MapGet("/", (RequestDelegate)(context => RedirectAsync(context)));
        app.MapGet("/login", (RequestDelegate)(context => LogInAsync(context, token)));
        app.MapLarderDashboard(Path, options =>
        {
            options.ViewValuesPolicy = CookieHandler.SchemeName;
            options.InvalidatePolicy = allowsWrites ? CookieHandler.SchemeName : null;
        }).RequireAuthorization(CookieHandler.SchemeName);
        return app;
    }

    private static void AddCache(IServiceCollection services, TargetAddress address)
    {
        services.AddLarder(larder => larder.AddCache(address.Cache, options =>
        {
            options.Prefix = address.Prefix;
            options.UseRedis(redis =>
            {
                redis.ConnectionString = address.Redis;
                redis.ClientName ??= "larder-dashboard";
                redis.CommandTimeout = address.Timeout;
                redis.User = address.User ?? redis.User;
                redis.Password = address.Password ?? redis.Password;
            });
        }));
        var registrations = (CacheRegistrations)services.First(service => service.ServiceType == typeof(CacheRegistrations)).ImplementationInstance!;
        registrations.HidesUnnamed = address.Cache != CacheFactory.DefaultName;
    }

    /// <summary>Gives the cookie to whoever has the token. It is not for pages of others, nor for their scripts.</summary>
    private static Task LogInAsync(HttpContext context, LoginToken token)
    {
        if (!token.Matches(context.Request.Query["t"]))
        {
            return context.ChallengeAsync(CookieHandler.SchemeName);
        }

        context.Response.Cookies.Append(
            CookieHandler.CookieName(context.Request), token.Text, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, MaxAge = s_lifeOfLogin, Path = "/", IsEssential = true });
        return RedirectAsync(context);
    }

    private static Task RedirectAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Redirect(Path + "/");
        return Task.CompletedTask;
    }
}
