using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Larder.Dashboard.Browser;

/// <summary>The dashboard works wherever it is put, by the application and by a proxy.</summary>
[Trait("Category", "Slow")]
public sealed class PlaceTests(Chromium chromium)
{
    private static readonly BrowserNewContextOptions s_operator = new() { ExtraHTTPHeaders = new Dictionary<string, string> { [Tests.RoleHandler.Header] = "viewer,reader,operator" } };

    [Theory]
    [InlineData("/", "", "")]
    [InlineData("/larder", "", "larder")]
    [InlineData("/ops/caches/", "", "ops/caches/")]
    [InlineData("/larder", "/shop", "shop/larder/")]
    public async Task It_works_at_the_root_below_a_path_and_below_a_path_base(string pattern, string pathBase, string address)
    {
        await using var host = await DashboardHost.StartAsync(map: app =>
        {
            app.UsePathBase(pathBase);
            app.UseRouting();
            app.MapLarderDashboard(pattern);
        });
        await host.Cache.SetAsync("k", 1);

        await AssertWorksAsync(host, new Uri(host.Root, address), new());
    }

    [Theory]
    [InlineData("tools/cache/", "larder/")]
    [InlineData("larder/", "larder/")]
    public async Task It_works_behind_a_proxy_that_strips_the_path_and_behind_one_that_keeps_it(string outside, string inside)
    {
        await using var host = await DashboardHost.StartAsync(map: DashboardHost.MapGuarded, environment: "Production");
        await host.Cache.SetAsync("k", 1);
        using var client = new HttpClient();
        await using var proxy = await DashboardHost.StartAsync(map: app => app.Map("/" + outside + "{**rest}", (HttpContext context, string? rest) => PassOnAsync(client, context, new Uri(new Uri(host.Root, inside), rest))));

        await AssertWorksAsync(host, new Uri(proxy.Root, outside), s_operator);
    }

    private async Task AssertWorksAsync(DashboardHost host, Uri address, BrowserNewContextOptions options)
    {
        await using var visit = await chromium.OpenAsync(address, options);
        await visit.SeeAsync("Reads a second");
        await visit.GoAsync("keys");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove k" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await visit.SeeAsync("The entry was removed.");
        Assert.False(await host.Cache.ExistsAsync("k"));
        visit.AssertNoComplaint();
    }

    /// <summary>Passes a request on as a proxy does that keeps the host, and says that it did.</summary>
    private static async Task PassOnAsync(HttpClient client, HttpContext context, Uri target)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target + context.Request.QueryString.ToString());
        if (HttpMethods.IsPost(context.Request.Method))
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var header in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray());
            }
        }

        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "10.0.0.1");
        using var answer = await client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
        {
            context.Response.Headers[header.Key] = header.Value.ToArray();
        }

        await answer.Content.CopyToAsync(context.Response.Body);
    }
}
