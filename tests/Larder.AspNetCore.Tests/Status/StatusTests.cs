using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Larder.AspNetCore.Tests.Status;

/// <summary>The status endpoint: what it tells, and whom.</summary>
public sealed class StatusTests : IAsyncDisposable
{
    private readonly List<WebApplication> _apps = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    [Ledger(191)]
    public async Task In_development_a_program_of_this_machine_sees_the_report_of_every_cache()
    {
        var app = await StartAsync("Development");
        var cache = app.Services.GetRequiredService<ICache>();
        await cache.SetAsync("secret-key", "secret-value");
        await cache.GetAsync<string>("secret-key");
        using var client = app.Client();

        using var answer = await client.GetAsync("/cache");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        using var document = JsonDocument.Parse(text);
        Assert.Equal("Healthy", document.RootElement.GetProperty("status").GetString());
        var reports = document.RootElement.GetProperty("caches").EnumerateArray().ToArray();
        Assert.Equal(["default", "pages"], reports.Select(report => report.GetProperty("cache").GetString()));
        var total = reports[0].GetProperty("total");
        Assert.Equal((1, 1, 1.0), (total.GetProperty("entries").GetInt64(), total.GetProperty("freshHits").GetInt64(), total.GetProperty("hitRatio").GetDouble()));
        Assert.True(total.TryGetProperty("bytes", out _) && total.TryGetProperty("lastSweep", out _) && total.TryGetProperty("sweptEntries", out _));
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Theory]
    [Ledger(191)]
    [InlineData("Production", null, null)]
    [InlineData("Staging", null, null)]
    [InlineData("Development", "X-Forwarded-For", "127.0.0.1")]
    [InlineData("Development", "Forwarded", "for=127.0.0.1")]
    [InlineData("Development", "X-Real-IP", "127.0.0.1")]
    [InlineData("Development", "X-Original-For", "127.0.0.1")]
    [InlineData("Development", "Via", "1.1 proxy")]
    [InlineData("Development", "Host", "rebound.example")]
    public async Task Without_a_policy_it_is_refused_to_everybody_else(string environment, string? header, string? value)
    {
        var app = await StartAsync(environment);
        using var client = app.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cache");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain("default", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_whose_address_is_not_known_is_not_of_this_machine()
    {
        var app = await StartAsync("Development", isReal: false);
        using var client = app.Client();

        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/cache")).StatusCode);
    }

    [Fact]
    public async Task With_a_policy_it_is_shown_to_those_whom_the_policy_lets_through_wherever_they_are()
    {
        var app = await StartAsync("Production", map: app => app.MapLarderStatus("/cache").RequireAuthorization("operator"), isReal: false);
        using var client = app.Client();

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/cache")).StatusCode);
        client.DefaultRequestHeaders.Add("X-Role", "visitor");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/cache")).StatusCode);
        client.DefaultRequestHeaders.Remove("X-Role");
        client.DefaultRequestHeaders.Add("X-Role", "operator");
        Assert.Equal("Healthy", (await client.GetFromJsonAsync<JsonElement>("/cache")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_policy_that_is_taken_back_guards_nothing()
    {
        var app = await StartAsync("Production", map: app => app.MapLarderStatus("/cache").RequireAuthorization("operator").AllowAnonymous(), isReal: false);
        using var client = app.Client();

        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/cache")).StatusCode);
    }

    [Fact]
    public async Task It_answers_a_GET_and_nothing_else()
    {
        var app = await StartAsync("Development");
        using var client = app.Client();

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("/cache", content: null)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.DeleteAsync("/cache")).StatusCode);
    }

    private async Task<WebApplication> StartAsync(string environment, Action<WebApplication>? map = null, bool isReal = true)
    {
        var app = await TestWeb.StartAsync(
            larder => larder.AddCache("pages"),
            builder =>
            {
                builder.Services.AddAuthentication("roles").AddScheme<AuthenticationSchemeOptions, RoleHandler>("roles", configureOptions: null);
                builder.Services.AddAuthorization(options => options.AddPolicy("operator", policy => policy.RequireRole("operator")));
            },
            map ?? (app => app.MapLarderStatus("/cache")),
            isReal,
            environment);
        _apps.Add(app);
        return app;
    }

    private sealed class RoleHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers.TryGetValue("X-Role", out var role)
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role.ToString())], "roles")), "roles"))
            : AuthenticateResult.NoResult());
    }
}
