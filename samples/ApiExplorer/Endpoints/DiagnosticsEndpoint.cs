using ApiExplorer.Caching;
using ApiExplorer.Catalog;
using ApiExplorer.Database;
using Larder;

namespace ApiExplorer.Endpoints;

/// <summary>GET /api/diagnostics: what the load mode reads before and after a measurement.</summary>
internal static class DiagnosticsEndpoint
{
    public static void Map(WebApplication app) => app.MapGet(
        "/api/diagnostics",
        (CatalogDatabase database, [FromKeyedServices(CacheNames.Catalog)] ICache cache) =>
        {
            var statistics = cache.Statistics.Snapshot();
            var diagnostics = new Diagnostics
            {
                DatabaseQueries = database.Queries,
                ProcessorSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
                Hits = statistics.Hits,
                Misses = statistics.Misses,
                Loads = statistics.Loads,
                LoadsAvoided = statistics.LoadsAvoided,
                DiscardedLoads = statistics.DiscardedLoads,
                Evictions = statistics.Evictions,
                Entries = statistics.Entries,
            };
            return Results.Json(diagnostics, CatalogJson.Default.Diagnostics);
        });
}
