using ApiExplorer.Caching;
using ApiExplorer.Catalog;
using ApiExplorer.Database;
using ApiExplorer.Endpoints;
using Larder;

namespace ApiExplorer;

/// <summary>Serves the catalogue over HTTP on loopback.</summary>
internal static class ExplorerServer
{
    /// <summary>Printed before the address when the server is ready; the load mode waits for it.</summary>
    public const string ReadyPrefix = "Listening on ";

    /// <summary>Where the dashboard of the cache is.</summary>
    public const string DashboardPath = "/larder";

    private const string DefaultUrl = "http://127.0.0.1:5210";
    private const string FreePortUrl = "http://127.0.0.1:0";
    private const int CachedPercentOfRows = 20;

    public static async Task RunAsync(ExplorerOptions options)
    {
        await using CatalogDatabase database = options.Postgres is { } postgres ? new PostgresCatalog(postgres) : new SqliteCatalog(options.DatabasePath);
        await using var app = await StartAsync(options, database);
        foreach (var url in app.Urls)
        {
            Console.WriteLine(ReadyPrefix + url);
            if (app.Environment.IsDevelopment())
                Console.WriteLine($"Dashboard at {url}{DashboardPath}/");
        }

        if (options.Child)
            StopWhenInputEnds(app.Lifetime);
        else
            Console.WriteLine("Ctrl+C stops.");
        await app.WaitForShutdownAsync();
    }

    private static async Task<WebApplication> StartAsync(ExplorerOptions options, CatalogDatabase database)
    {
        var app = await BuildAsync(options, database, options.Urls ?? DefaultUrl);
        try
        {
            await app.StartAsync();
            return app;
        }
        catch (IOException) when (options.Urls is null)
        {
            await app.DisposeAsync();
            app = await BuildAsync(options, database, FreePortUrl);
            await app.StartAsync();
            return app;
        }
    }

    private static async Task<WebApplication> BuildAsync(ExplorerOptions options, CatalogDatabase database, string urls)
    {
        var totals = await database.ReadAsync(0, static (session, _) => ContainerQueries.TotalsAsync(session), CancellationToken.None);
        var prefix = CacheNames.PrefixOf(await database.IdentityAsync());
        var maxEntries = Math.Max(1, (totals.Types + totals.Members) * CachedPercentOfRows / 100);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Larder:Postgres"] = null; // The application's own; Larder refuses settings in its section that it does not know.
        builder.WebHost.UseUrls(urls);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Larder", LogLevel.Information)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // What keeps it from starting is told by Program.
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, CatalogJson.Default));
        builder.Services.AddLarder(larder => larder
            .UseRedis(redis => redis.CompressionThreshold = null) // Pages are read far more often than made: unpacking each time costs more than room.
            .Configure(cache => cache.TimeToLive = CacheTtl.Medium)
            .ConfigureMemory(memory => memory.MaxEntries = maxEntries)
            .AddCache(CacheNames.Catalog, cache => cache.Prefix = prefix));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton<CatalogStores>();
        builder.Services.AddSingleton<CatalogCache>();
        builder.Services.AddSingleton<NoteWriter>();

        var app = builder.Build();
        PageEndpoints.Map(app);
        ApiEndpoints.Map(app);
        NoteEndpoints.Map(app);
        DiagnosticsEndpoint.Map(app);
        app.MapLarderDashboard(DashboardPath);
        return app;
    }

    /// <summary>The load mode keeps the child's input open for as long as it lives: no server is left behind when it is killed.</summary>
    private static void StopWhenInputEnds(IHostApplicationLifetime lifetime) => _ = Task.Run(async () =>
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        lifetime.StopApplication();
    });
}
