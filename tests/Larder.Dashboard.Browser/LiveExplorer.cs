using System.Net.Http.Json;
using System.Text.Json;
using Larder.Redis.Tests.Servers;

namespace Larder.Dashboard.Browser;

/// <summary>
/// The sample ApiExplorer as its users run it: <c>--load</c> drives a server of its own, whose dashboard is the one to look at, and a second server has the same catalogue. Both keep their cache in one Redis.
/// </summary>
public sealed class LiveExplorer : IAsyncDisposable
{
    private const string DashboardMark = "Dashboard of the server with the cache, under development: ";
    private const string ReadyMark = "Dashboard at ";

    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(3);

    /// <summary>A few assemblies are imported in a moment; images show all of them.</summary>
    private static readonly string[] s_assemblies =
        Screenshots.AreWanted ? [] : ["--assemblies", "System.Console,System.Collections,System.Linq,System.Text.Json,System.Threading.Channels"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-browser-");
    private readonly List<ServerProcess> _processes = [];
    private readonly Lazy<Task> _start;
    private RedisServer? _redis;

    public LiveExplorer() => _start = new(RunAsync);

    /// <summary>Gets the dashboard of the server that the load run drives.</summary>
    internal Uri Dashboard { get; private set; } = null!;

    /// <summary>Gets the dashboard of the second server.</summary>
    internal Uri Other { get; private set; } = null!;

    internal HttpClient Client { get; } = new();

    /// <summary>Starts all of it at the first call.</summary>
    internal Task StartAsync() => _start.Value;

    internal Task<JsonElement> JsonAsync(Uri dashboard, string path) => Client.GetFromJsonAsync<JsonElement>(new Uri(dashboard, path));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        // The server that the load run has started ends by itself when the run is gone.
        if (Dashboard is not null)
        {
            await Deadline.TrueAsync(IsDownAsync);
        }

        Client.Dispose();
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task RunAsync()
    {
        _redis = await RedisServer.StartAsync();
        Dashboard = await LaunchAsync(DashboardMark, ["--load", "--connections", "1", "--seconds", "120", "--data", _folder.FullName, .. s_assemblies]);
        Other = await LaunchAsync(ReadyMark, ["--urls", "http://127.0.0.1:0", "--data", Path.Combine(_folder.FullName, "load", "with-cache"), .. s_assemblies]);
    }

    /// <summary>Starts the sample, and waits for the line that tells the address.</summary>
    private async Task<Uri> LaunchAsync(string mark, string[] arguments)
    {
        var process = await ServerProcess.StartAsync(
            "env",
            [
                "ASPNETCORE_ENVIRONMENT=Development",
                $"Larder__Redis__ConnectionString=redis://{_redis!.EndPoint}",
                "dotnet",
                Path.Combine(AppContext.BaseDirectory, "ApiExplorer.dll"),
                .. arguments,
            ]);
        _processes.Add(process);
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (process.Output.Split('\n').FirstOrDefault(line => line.StartsWith(mark, StringComparison.Ordinal)) is { } line)
            {
                return new Uri(line[mark.Length..].Trim());
            }

            if (process.HasExited || TimeProvider.System.GetElapsedTime(start) > s_longestStart)
            {
                throw new InvalidOperationException($"The sample did not say '{mark}':\n{process.Output}");
            }

            await Task.Delay(50);
        }
    }

    private async Task<bool> IsDownAsync()
    {
        try
        {
            using var answer = await Client.GetAsync(Dashboard);
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
