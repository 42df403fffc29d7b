using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;

namespace Larder.Dashboard.Tests;

/// <summary>Who may see the dashboard, and who may change something from it.</summary>
public sealed class AccessTests
{
    private static readonly string[] s_queries = ["me", "overview", "history", "levels", "keys", "tags", "nodes", "work", "events", "config", "entry?key=k", "value?key=k"];
    private static readonly string[] s_actions = ["remove", "expire", "remove-pattern", "remove-tag", "clear"];

    public static TheoryData<string, string?, string?> Strangers => new()
    {
        { "Production", null, null },
        { "Staging", null, null },
        { "Development", "X-Forwarded-For", "127.0.0.1" },
        { "Development", "Forwarded", "for=127.0.0.1" },
        { "Development", "X-Real-IP", "127.0.0.1" },
        { "Development", "X-Original-Host", "localhost" },
        { "Development", "Host", "rebound.example" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task Without_a_policy_everything_is_refused_to_all_but_this_machine_under_development(string environment, string? header, string? value)
    {
        await using var web = await DashboardWeb.StartAsync(environment);
        await web.Cache.SetAsync("k", "secret");
        if (header is not null)
        {
            web.Client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        }

        foreach (var path in s_queries.Select(query => "/larder/api/" + query).Append("/larder/"))
        {
            using var answer = await web.Client.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, answer.StatusCode));
            Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        foreach (var action in s_actions)
        {
            Assert.Equal((action, HttpStatusCode.Forbidden), (action, (await web.PostAsync(action, new { key = "k", pattern = "*", tag = "t", confirm = "default" })).Status));
        }

        Assert.True(await web.Cache.ExistsAsync("k"));
    }

    [Fact]
    public async Task The_refusal_says_which_line_to_add()
    {
        await using var web = await DashboardWeb.StartAsync("Production");

        Assert.Contains("RequireAuthorization", await (await web.Client.GetAsync("/larder/")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("viewer", HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("viewer,reader", HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("viewer,operator", HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK)]
    [InlineData("reader,operator", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    public async Task With_policies_each_right_is_given_by_its_own(string roles, HttpStatusCode view, HttpStatusCode values, HttpStatusCode invalidate)
    {
        await using var web = await DashboardWeb.StartAsync("Production", map: app => app.MapLarderDashboard("/larder", options =>
        {
            options.ViewValuesPolicy = "reader";
            options.InvalidatePolicy = "operator";
        }).RequireAuthorization("viewer"));
        await web.Cache.SetAsync("k", "v");
        web.Client.DefaultRequestHeaders.Add(RoleHandler.Header, roles);

        Assert.Equal(view, (await web.Client.GetAsync("/larder/api/overview")).StatusCode);
        Assert.Equal(view == HttpStatusCode.Forbidden, (await web.Client.GetAsync("/larder/")).StatusCode == HttpStatusCode.Forbidden);
        Assert.Equal(values, (await web.Client.GetAsync("/larder/api/value?key=k")).StatusCode);
        Assert.Equal(invalidate, (await web.PostAsync("remove", new { key = "k" })).Status);
        Assert.Equal(invalidate != HttpStatusCode.OK, await web.Cache.ExistsAsync("k"));
    }

    [Fact]
    public async Task A_policy_alone_lets_nobody_see_values_or_change_anything()
    {
        await using var web = await DashboardWeb.StartAsync("Production", map: app => app.MapLarderDashboard().RequireAuthorization("viewer"), isReal: false);
        Assert.Equal(HttpStatusCode.Unauthorized, (await web.Client.GetAsync("/larder/api/me")).StatusCode);
        web.Client.DefaultRequestHeaders.Add(RoleHandler.Header, "viewer,reader,operator");

        var me = await web.GetAsync("me");

        Assert.Equal((true, false, false), (me.GetProperty("canView").GetBoolean(), me.GetProperty("canViewValues").GetBoolean(), me.GetProperty("canInvalidate").GetBoolean()));
        Assert.Equal(HttpStatusCode.Forbidden, (await web.PostAsync("clear", new { confirm = "default" })).Status);
    }

    [Theory]
    [InlineData("X-Other", "1")]
    [InlineData("X-Larder", "1", "Origin", "https://evil.example")]
    [InlineData("X-Larder", "1", "Sec-Fetch-Site", "cross-site")]
    [InlineData("X-Larder", "1", "Sec-Fetch-Site", "same-site")]
    public async Task A_page_of_somebody_else_cannot_have_the_browser_change_anything(params string[] headers)
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Cache.SetAsync("k", "v");

        var (status, _) = await web.PostAsync("remove", new { key = "k" }, [.. headers.Chunk(2).Select(pair => (pair[0], pair[1]))]);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.True(await web.Cache.ExistsAsync("k"));
    }

    [Fact]
    public async Task A_form_and_a_GET_change_nothing()
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Cache.SetAsync("k", "v");
        using var form = new StringContent("{\"key\":\"k\"}", MediaTypeHeaderValue.Parse("text/plain"));
        form.Headers.Add("X-Larder", "1");
        web.Client.DefaultRequestHeaders.Add("X-Larder", "1");

        Assert.Equal(HttpStatusCode.Forbidden, (await web.Client.PostAsync("/larder/api/remove", form)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await web.Client.GetAsync("/larder/api/remove?key=k")).StatusCode);
        Assert.True(await web.Cache.ExistsAsync("k"));
    }

    [Fact]
    public async Task Every_answer_keeps_the_page_to_itself()
    {
        await using var web = await DashboardWeb.StartAsync();
        foreach (var path in new[] { "/larder/", "/larder/api/me", "/larder/api/entry?key=absent", "/larder/a/absent.js" })
        {
            using var answer = await web.Client.GetAsync(path);

            Assert.Contains("default-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        }
    }

    [Fact]
    public async Task The_address_without_a_slash_leads_to_the_page_wherever_a_proxy_has_put_it()
    {
        await using var web = await DashboardWeb.StartAsync(isReal: true);
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = web.Client.BaseAddress };

        using var answer = await client.GetAsync("/larder?cache=pages");

        Assert.Equal((HttpStatusCode.TemporaryRedirect, "larder/?cache=pages"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }
}
