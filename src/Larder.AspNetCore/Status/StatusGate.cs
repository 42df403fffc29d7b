using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.AspNetCore.Status;

/// <summary>
/// Who may see the status: whoever the authorization of the endpoint lets through; without any, a program on the same machine while the application is developed, when
/// nothing speaks for a request that was passed on.
/// </summary>
internal static class StatusGate
{
    private static readonly string[] s_forwardingHeaders =
    [
        "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Real-IP",
        "X-Original-For", "X-Original-Host", "X-Original-Proto", "X-Original-Prefix",
    ];

    public static bool IsOpen(HttpContext context) => IsGuarded(context) || IsLocalDevelopment(context);

    /// <summary>Tells whether an authorization policy has let the request through.</summary>
    public static bool IsGuarded(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var hasPolicy = metadata?.GetMetadata<IAuthorizeData>() is not null || metadata?.GetMetadata<AuthorizationPolicy>() is not null;

        // The authorization middleware has looked at what is guarded; without it routing throws.
        return hasPolicy && metadata?.GetMetadata<IAllowAnonymous>() is null;
    }

    private static bool IsLocalDevelopment(HttpContext context) =>
        context.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment()
        && context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && IsLocalName(context.Request.Host.Host)
        && !s_forwardingHeaders.Any(context.Request.Headers.ContainsKey);

    /// <summary>Another name of this machine may be one that a page of somebody else has given it.</summary>
    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
