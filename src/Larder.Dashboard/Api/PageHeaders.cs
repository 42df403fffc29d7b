using Microsoft.AspNetCore.Http;

namespace Larder.Dashboard.Api;

/// <summary>The headers of every answer: nothing but the dashboard's own files runs in its page, and nobody shows it inside another.</summary>
internal static class PageHeaders
{
    private const string Policy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; object-src 'none'";

    public static void Write(HttpResponse response, bool isCached)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = isCached ? "private, no-cache" : "no-store";
    }
}
