using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.OutputCaching;

/// <summary>Output caching in an application whose responses are in a cache.</summary>
public sealed class OutputCacheTests : IAsyncDisposable
{
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
    [Ledger(193)]
    [LedgerFault(48)]
    public async Task Fault_48_only_GET_and_HEAD_are_answered_from_the_cache_and_a_POST_never_is()
    {
        using var client = await ClientAsync();

        Assert.Equal("1", await client.GetStringAsync("/page"));
        Assert.Equal("1", await client.GetStringAsync("/page"));
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch })
        {
            var before = _calls;
            using var answer = await client.SendAsync(new HttpRequestMessage(method, "/page"));
            Assert.Equal($"{before + 1}", await answer.Content.ReadAsStringAsync());
        }

        Assert.Equal("1", await client.GetStringAsync("/page"));
    }

    [Fact]
    [Ledger(193)]
    [LedgerFault(48)]
    public async Task Fault_48_the_key_has_the_query_the_host_and_what_the_response_varies_by()
    {
        using var client = await ClientAsync();

        string[] answers =
        [
            await GetAsync(client, "/page"),
            await GetAsync(client, "/page?a=1"),
            await GetAsync(client, "/page?a=2"),
            await GetAsync(client, "/page", ("Host", "other.example")),
            await GetAsync(client, "/page", ("Accept-Language", "de")),
            await GetAsync(client, "/page", ("Accept-Language", "fr")),
        ];

        Assert.Equal(answers.Length, answers.Distinct().Count());
        Assert.Equal(answers[2], await GetAsync(client, "/page?a=2"));
        Assert.Equal(answers[4], await GetAsync(client, "/page", ("Accept-Language", "de")));
    }

    [Theory]
    [LedgerFault(48)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(204)]
    public async Task Fault_48_a_status_other_than_200_is_kept_as_it_is_and_not_stored(int status)
    {
        using var client = await ClientAsync(context => context.Response.StatusCode = status);

        for (var i = 1; i <= 2; i++)
        {
            using var answer = await client.GetAsync("/page");
            Assert.Equal((HttpStatusCode)status, answer.StatusCode);
            Assert.Equal(i, _calls);
        }
    }

    [Fact]
    [LedgerFault(48)]
    public async Task Fault_48_body_status_and_content_type_come_back_as_they_were()
    {
        using var client = await ClientAsync(context => context.Response.ContentType = "text/css");

        using var first = await client.GetAsync("/page");
        using var second = await client.GetAsync("/page");

        Assert.Equal((HttpStatusCode.OK, "text/css", "1"), (second.StatusCode, second.Content.Headers.ContentType?.MediaType, await second.Content.ReadAsStringAsync()));
        Assert.Null(first.Headers.Age);
        Assert.NotNull(second.Headers.Age);
    }

    [Fact]
    [LedgerFault(48)]
    public async Task Fault_48_what_a_user_gets_is_not_stored_and_nobody_gets_it()
    {
        using var client = await ClientAsync();
        Assert.Equal("1", await GetAsync(client, "/page", ("Authorization", "Bearer secret")));
        Assert.Equal("2", await GetAsync(client, "/page", ("X-User", "Ada")));
        Assert.Equal("3", await GetAsync(client, "/page"));
        Assert.Equal("3", await GetAsync(client, "/page"));
        Assert.Equal("4", await GetAsync(client, "/page", ("X-User", "Ada")));
    }

    [Fact]
    public async Task A_response_that_sets_a_cookie_is_not_stored()
    {
        using var client = await ClientAsync(context => context.Response.Cookies.Append("session", "secret"));

        Assert.Equal("1", await client.GetStringAsync("/page"));
        Assert.Equal("2", await client.GetStringAsync("/page"));
    }

    [Fact]
    public async Task A_response_whose_tag_is_evicted_while_it_is_made_is_handed_out_and_not_stored()
    {
        WebApplication? app = null;
        var isFirst = true;
        using var client = await ClientAsync(
            async context =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    await app!.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("pages", context.RequestAborted);
                }
            },
            started => app = started);

        Assert.Equal("1", await client.GetStringAsync("/page"));
        Assert.Equal("2", await client.GetStringAsync("/page"));
        Assert.Equal("2", await client.GetStringAsync("/page"));
        Assert.Equal((1, 1), (app!.Services.GetRequiredService<ICache>().Statistics.Snapshot().DiscardedLoads, await app.Services.GetRequiredService<ICache>().CountAsync()));
    }

    [Fact]
    public async Task A_request_that_fails_leaves_no_load_behind()
    {
        WebApplication? app = null;
        var fails = true;
        using var client = await ClientAsync(_ => fails ? throw new InvalidOperationException("refused") : Task.CompletedTask, started => app = started);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetAsync("/page"));

        fails = false;

        Assert.Equal("2", await client.GetStringAsync("/page"));
        Assert.Equal("2", await client.GetStringAsync("/page"));
        Assert.Equal(0, app!.Services.GetRequiredService<ICache>().Statistics.Snapshot().DiscardedLoads);
    }

    [Fact]
    public async Task Twenty_who_ask_at_once_wait_for_one_response()
    {
        var release = new TaskCompletionSource();
        using var client = await ClientAsync(_ => release.Task);
        var answers = Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("/page")).ToArray();
        release.SetResult();

        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal("1", answer));
    }

    private static async Task<string> GetAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    private Task<HttpClient> ClientAsync(Action<HttpContext> answer) => ClientAsync(context =>
    {
        answer(context);
        return Task.CompletedTask;
    });

    private async Task<HttpClient> ClientAsync(Func<HttpContext, Task>? answer = null, Action<WebApplication>? started = null)
    {
        var app = await TestWeb.StartAsync(
            larder => larder.AsOutputCacheStore(),
            builder => builder.Services.AddOutputCache(options => options.AddBasePolicy(policy => policy.SetVaryByHeader("Accept-Language").Tag("pages"))),
            app =>
            {
                app.Use((context, next) =>
                {
                    if (context.Request.Headers.TryGetValue("X-User", out var user))
                    {
                        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user.ToString())], "test"));
                    }

                    return next(context);
                });
                app.UseOutputCache();
                app.Map("/page", async context =>
                {
                    var call = Interlocked.Increment(ref _calls);
                    await (answer?.Invoke(context) ?? Task.CompletedTask);
                    if (context.Response.StatusCode != StatusCodes.Status204NoContent)
                    {
                        await context.Response.WriteAsync($"{call}");
                    }
                });
            });
        _apps.Add(app);
        started?.Invoke(app);
        return app.Client();
    }
}
