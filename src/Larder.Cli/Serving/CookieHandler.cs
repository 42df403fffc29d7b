using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Larder.Cli.Serving;

/// <summary>Knows who has logged in, by the cookie that the printed address gives.</summary>
internal sealed class CookieHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, LoginToken token)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "token";

    /// <summary>Gets the name of the cookie: those of one host go to all its ports.</summary>
    public static string CookieName(HttpRequest request) => FormattableString.Invariant($"larder-{request.Host.Port ?? 80}");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        token.Matches(Request.Cookies[CookieName(Request)])
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, Environment.UserName)], SchemeName)), SchemeName))
            : AuthenticateResult.NoResult());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.ContentType = "text/plain; charset=utf-8";
        return Response.WriteAsync("Open the address that `larder dashboard` has printed: it holds the token of this login.\n", Context.RequestAborted);
    }
}
