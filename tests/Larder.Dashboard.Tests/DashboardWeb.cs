using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Larder.AspNetCore.Tests;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Dashboard.Tests;

/// <summary>An application with a dashboard, and a client of it.</summary>
internal sealed class DashboardWeb : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DashboardWeb(WebApplication app) => (_app, Client) = (app, app.Client());

    public HttpClient Client { get; }

    public ICache Cache => _app.Services.GetRequiredService<ICache>();

    public ICache Named(string name) => _app.Services.GetRequiredKeyedService<ICache>(name);

    public static async Task<DashboardWeb> StartAsync(
        string environment = "Development", Action<LarderBuilder>? larder = null, Action<WebApplication>? map = null, bool isReal = true, Action<WebApplicationBuilder>? configure = null) => new(await TestWeb.StartAsync(
            larder ?? (larder => larder.AddCache("pages")),
            builder =>
            {
                builder.Services.AddAuthentication("roles").AddScheme<AuthenticationSchemeOptions, RoleHandler>("roles", configureOptions: null);
                builder.Services.AddAuthorization(options =>
                {
                    foreach (var role in new[] { "viewer", "reader", "operator" })
                    {
                        options.AddPolicy(role, policy => policy.RequireRole(role));
                    }
                });
                configure?.Invoke(builder);
            },
            map ?? (app => app.MapLarderDashboard()),
            isReal,
            environment));

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Client.GetAsync("/larder/api/" + path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    public async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string path, object body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/larder/api/" + path) { Content = JsonContent.Create(body) };
        foreach (var (name, value) in headers.Length > 0 ? headers : [("X-Larder", "1")])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
