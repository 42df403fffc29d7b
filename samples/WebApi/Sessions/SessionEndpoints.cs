namespace Larder.Samples.WebApi.Sessions;

/// <summary>The life of a session: login, validation, refresh, logout; it ends by itself half an hour after it was used last.</summary>
internal static class SessionEndpoints
{
    private const string User = "user";

    public static void Map(IEndpointRouteBuilder app)
    {
        // A real application checks a password here; how often somebody may try has been checked already.
        app.MapPost("/login", async (Login login, HttpContext context, CancellationToken cancellationToken) =>
        {
            await context.Session.LoadAsync(cancellationToken);
            context.Session.SetString(User, login.Name);
            return Results.NoContent();
        }).RequireRateLimiting(RateLimits.Login);

        app.MapGet("/session", async (HttpContext context, CancellationToken cancellationToken) =>
            await UserAsync(context, cancellationToken) is { } user ? Results.Ok(user) : Results.Unauthorized());

        // Every request that reads the session gives it another half hour; this one does nothing else.
        app.MapPost("/session/refresh", async (HttpContext context, CancellationToken cancellationToken) =>
            await UserAsync(context, cancellationToken) is not null ? Results.NoContent() : Results.Unauthorized());

        app.MapPost("/logout", async (HttpContext context, CancellationToken cancellationToken) =>
        {
            await context.Session.LoadAsync(cancellationToken);
            context.Session.Clear();
            return Results.NoContent();
        });
    }

    private static async Task<string?> UserAsync(HttpContext context, CancellationToken cancellationToken)
    {
        await context.Session.LoadAsync(cancellationToken);
        return context.Session.GetString(User);
    }
}
