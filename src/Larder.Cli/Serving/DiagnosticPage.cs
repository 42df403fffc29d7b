using System.Net;
using Larder.Cli.Targets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Cli.Serving;

/// <summary>In the place of the dashboard's page while the Redis does not answer: what was tried, what came of it, and what can be done. It tries again by itself.</summary>
internal sealed class DiagnosticPage(TargetAddress address)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != DashboardSite.Path + "/" || context.User.Identity is not { IsAuthenticated: true } || await ProblemAsync(context) is not { } problem)
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        await context.Response.WriteAsync(Html(problem), context.RequestAborted);
    }

    private async ValueTask<string?> ProblemAsync(HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(s_patience);
        try
        {
            var tiers = await context.RequestServices.GetRequiredKeyedService<ICache>(address.Cache).Inspect().TiersAsync(limit.Token);
            return tiers.FirstOrDefault(tier => tier.Status == HealthStatus.Unhealthy)?.Reason;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return "There was no answer within 2 seconds.";
        }
    }

    private string Html(string problem) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Larder: Redis does not answer</title></head>
        <body>
        <h1>Redis does not answer</h1>
        <p>{WebUtility.HtmlEncode(new Larder.Redis.RedisOptions { ConnectionString = address.Redis }.ToString())}, cache {WebUtility.HtmlEncode(address.Cache)}:</p>
        <pre>{WebUtility.HtmlEncode(problem)}</pre>
        <p>Does the server run, and is it the right address? Is the login right: LARDER_REDIS_PASSWORD, --user? Does it want TLS: rediss://?
        <code>larder doctor</code> says more once it answers.</p>
        <p>This page tries again every two seconds.</p>
        </body>
        </html>

        """;
}
