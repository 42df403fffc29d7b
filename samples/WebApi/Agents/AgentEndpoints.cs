namespace Larder.Samples.WebApi.Agents;

/// <summary>The results of tasks, which are kept for five minutes, and the states of agents, which are of use for half a minute: short-lived data that is only in the cache.</summary>
internal static class AgentEndpoints
{
    private static readonly TimeSpan s_resultLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_stateLife = TimeSpan.FromSeconds(30);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPut("/tasks/{id}/result", async (string id, TaskResult result, ICache<TaskResult> cache, CancellationToken cancellationToken) =>
        {
            await cache.SetAsync($"{id}", result, s_resultLife, cancellationToken);
            return Results.NoContent();
        });
        app.MapGet("/tasks/{id}/result", async (string id, ICache<TaskResult> cache, CancellationToken cancellationToken) =>
            Answer(await cache.GetAsync($"{id}", cancellationToken)));

        app.MapPut("/agents/{id}/state", async (string id, AgentState state, ICache<AgentState> cache, CancellationToken cancellationToken) =>
        {
            await cache.SetAsync($"{id}", state, s_stateLife, cancellationToken);
            return Results.NoContent();
        });
        app.MapGet("/agents/{id}/state", async (string id, ICache<AgentState> cache, CancellationToken cancellationToken) =>
            Answer(await cache.GetAsync($"{id}", cancellationToken)));
    }

    private static IResult Answer<T>(CacheResult<T> found) => found.HasValue ? Results.Ok(found.Value) : Results.NotFound();
}
