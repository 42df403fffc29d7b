using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace Larder.Samples.WebApi;

/// <summary>How often a client may do what: counted in the cache, and so for all processes together when it is in Redis.</summary>
internal static class RateLimits
{
    /// <summary>10 requests a second on average, 20 at once.</summary>
    public const string Api = "api";

    /// <summary>5 attempts a minute, also while the count cannot be reached.</summary>
    public const string Login = "login";

    private static readonly RateLimit s_api = RateLimit.TokenBucket(capacity: 20, tokensPerPeriod: 10, TimeSpan.FromSeconds(1));
    private static readonly RateLimit s_login = RateLimit.SlidingWindow(permits: 5, TimeSpan.FromMinutes(1));

    public static void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, _) =>
        {
            if (context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after))
            {
                context.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            return ValueTask.CompletedTask;
        };
        options.AddPolicy(Api, context => CacheOf(context).GetRateLimitPartition($"api:{ClientOf(context)}", s_api));
        options.AddPolicy(Login, context => CacheOf(context).GetRateLimitPartition($"login:{ClientOf(context)}", s_login, UnavailableMode.Refuse));
    }

    private static ICache CacheOf(HttpContext context) => context.RequestServices.GetRequiredService<ICache>();

    private static string ClientOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
}
