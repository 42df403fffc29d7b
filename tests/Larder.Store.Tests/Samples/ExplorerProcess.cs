using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Larder.Store.Tests.Samples;

/// <summary>The sample ApiExplorer as a process of its own, with a catalogue of a few small assemblies, on a port that it has found.</summary>
internal sealed class ExplorerProcess : IAsyncDisposable
{
    private const string ReadyMark = "Listening on ";

    private static readonly TimeSpan s_longestImport = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task _outputEnd;

    private ExplorerProcess(Process process, string address, IReadOnlyList<string> said)
    {
        _process = process;
        _outputEnd = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        Client = new HttpClient { BaseAddress = new Uri(address) };
        Said = said;
    }

    public HttpClient Client { get; }

    /// <summary>Gets the lines that it wrote before it listened.</summary>
    public IReadOnlyList<string> Said { get; }

    /// <summary>Imports what is not there, and waits until it listens.</summary>
    public static async Task<ExplorerProcess> StartAsync(string folder, string? postgres = null)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "ApiExplorer.dll"), "--data", folder, "--assemblies", "System.Console,System.Collections", "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        if (postgres is not null)
        {
            start.Environment["Larder__Postgres"] = postgres;
        }

        var process = Process.Start(start)!;
        var said = new List<string>();
        using var limit = new CancellationTokenSource(s_longestImport);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            said.Add(line);
            if (line.StartsWith(ReadyMark, StringComparison.Ordinal))
            {
                return new ExplorerProcess(process, line[ReadyMark.Length..], said);
            }
        }

        await process.WaitForExitAsync(limit.Token);
        throw new InvalidOperationException($"The sample ended with {process.ExitCode} before it listened:\n{string.Join('\n', said)}");
    }

    public async Task<JsonElement> JsonAsync(string path) => await Client.GetFromJsonAsync<JsonElement>(path);

    public async Task<long> QueriesAsync() => (await JsonAsync("/api/diagnostics")).GetProperty("databaseQueries").GetInt64();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await _outputEnd;
        _process.Dispose();
    }
}
