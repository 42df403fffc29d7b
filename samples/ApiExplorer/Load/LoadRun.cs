using System.Diagnostics;
using ApiExplorer.Database;
using ApiExplorer.Import;

namespace ApiExplorer.Load;

/// <summary>The application with or without the cache, over its own copy of the catalogue, and the connections that drive it.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private const int WarmUpRequests = 25_000;

    private static readonly TimeSpan LongestWarmUpWithout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWarmUpWith = TimeSpan.FromSeconds(20);

    private readonly CatalogDatabase _database;
    private readonly ServerProcess _server;
    private readonly Audit _audit;
    private readonly List<LoadWorker> _workers = [];

    private LoadRun(bool cached, CatalogDatabase database, ServerProcess server, Audit audit)
    {
        Cached = cached;
        _database = database;
        _server = server;
        _audit = audit;
    }

    public bool Cached { get; }

    /// <summary>Where the dashboard of the server is. It is open to this machine under development.</summary>
    public Uri Dashboard => _server.Dashboard;

    public static async Task<LoadRun> StartAsync(ExplorerOptions options, bool cached, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.DataFolder, "load", cached ? "with-cache" : "without-cache");
        var databasePath = Path.Combine(folder, Path.GetFileName(options.DatabasePath));
        SqliteTarget.Copy(options.DatabasePath, databasePath); // Both runs begin with the same database, and a user's notes stay out of it.
        var database = new SqliteCatalog(databasePath);
        var plan = await LoadPlan.ReadAsync(database, options.Seed);
        var versions = new VersionBook(plan.HighestTypeId, plan.HighestNamespaceId);
        var server = await ServerProcess.StartAsync(folder, cached, options.WithoutInvalidation);
        var run = new LoadRun(cached, database, server, new Audit(plan, database, options.Seed));
        for (var i = 0; i < options.Connections; i++)
        {
            var connection = await HttpConnection.ConnectAsync(server.EndPoint, cancellationToken);
            run._workers.Add(new LoadWorker(connection, plan, versions, i, options.Seed));
        }

        return run;
    }

    /// <summary>Lets the server's code be compiled and its cache be filled; without a cache only the former.</summary>
    public Task WarmUpAsync(RequestMix mix, CancellationToken cancellationToken) =>
        DriveAsync(mix, Cached ? LongestWarmUpWith : LongestWarmUpWithout, WarmUpRequests / _workers.Count, cancellationToken);

    public async Task<Measurement> MeasureAsync(RequestMix mix, TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = await _server.ReadDiagnosticsAsync();
        var started = Stopwatch.GetTimestamp();
        var results = await DriveAsync(mix, duration, int.MaxValue, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new Measurement(results, elapsed, before, await _server.ReadDiagnosticsAsync());
    }

    /// <summary>Compares served pages with the database, while nothing else is asked.</summary>
    public Task<Measurement> AuditAsync(CancellationToken cancellationToken) => _audit.RunAsync(_server, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            worker.Dispose();
        await _server.DisposeAsync();
        await _database.DisposeAsync();
    }

    private Task<WorkerResult[]> DriveAsync(RequestMix mix, TimeSpan duration, int requests, CancellationToken cancellationToken) =>
        Task.WhenAll(_workers.Select(
            worker => Task.Run(() => worker.RunAsync(mix, duration, requests, cancellationToken), cancellationToken)));
}
