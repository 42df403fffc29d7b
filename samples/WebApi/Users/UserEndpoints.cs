namespace Larder.Samples.WebApi.Users;

/// <summary>Users by id, cached for ten minutes.</summary>
internal static class UserEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/users").RequireRateLimiting(RateLimits.Api);
        users.MapGet("/{id:int}", async (int id, ICache<User?> cache, UserDirectory directory, CancellationToken cancellationToken) =>
        {
            // Who is not there is remembered too, so that nobody asks the directory for him all the time.
            var user = await cache.GetOrCreateAsync($"{id}", (id, directory), static (load, _, _) => load.directory.FindAsync(load.id), TimeSpan.FromMinutes(10), cancellationToken);
            return user is null ? Results.NotFound() : Results.Ok(user);
        });
        users.MapPut("/{id:int}", async (int id, User user, ICache<User?> cache, UserDirectory directory, CancellationToken cancellationToken) =>
        {
            if (user.Id != id)
            {
                return Results.BadRequest("The id of the path is not that of the user.");
            }

            await directory.SaveAsync(user);
            await cache.RemoveAsync($"{id}", cancellationToken);
            return Results.NoContent();
        });

        // A GET must not change anything: crawlers, previews and prefetching send them.
        users.MapDelete("/{id:int}/cache", async (int id, ICache<User?> cache, CancellationToken cancellationToken) =>
            await cache.RemoveAsync($"{id}", cancellationToken) ? Results.NoContent() : Results.NotFound());
    }
}
