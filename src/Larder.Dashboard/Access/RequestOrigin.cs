using Microsoft.AspNetCore.Http;

namespace Larder.Dashboard.Access;

/// <summary>
/// Tells whether a request that changes something comes from the dashboard's own page or from a program, and not from the page of somebody else in the browser of a visitor. It needs nothing to be remembered: a foreign
/// page can send no such header without being asked first, which nobody answers.
/// </summary>
internal static class RequestOrigin
{
    public const string Header = "X-Larder";

    public static bool IsOwn(HttpRequest request) =>
        request.Headers[Header] == "1"
        && request.HasJsonContentType()
        && request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none"
        && IsOwnOrigin(request);

    private static bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin.ToString() is var origin
        && (origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)));
}
