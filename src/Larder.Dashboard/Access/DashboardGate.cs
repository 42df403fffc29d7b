using Larder.AspNetCore.Status;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Dashboard.Access;

/// <summary>Tells what a visitor may do. It is asked at each request, whatever the page shows.</summary>
internal static class DashboardGate
{
    /// <summary>Gets the rights of whoever has sent a request.</summary>
    public static async ValueTask<Rights> RightsOfAsync(HttpContext context, DashboardOptions options)
    {
        if (!StatusGate.IsOpen(context))
        {
            return Rights.None;
        }

        if (!StatusGate.IsGuarded(context))
        {
            return Rights.All;
        }

        var rights = Rights.View;
        rights |= await IsAllowedAsync(context, options.ViewValuesPolicy).ConfigureAwait(false) ? Rights.ViewValues : Rights.None;
        rights |= await IsAllowedAsync(context, options.InvalidatePolicy).ConfigureAwait(false) ? Rights.Invalidate : Rights.None;
        return rights;
    }

    private static async ValueTask<bool> IsAllowedAsync(HttpContext context, string? policy) =>
        policy is not null && (await context.RequestServices.GetRequiredService<IAuthorizationService>().AuthorizeAsync(context.User, policy).ConfigureAwait(false)).Succeeded;
}
