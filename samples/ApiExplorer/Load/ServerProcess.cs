using System.Diagnostics;
using System.Net;
using ApiExplorer.Catalog;

namespace ApiExplorer.Load;

/// <summary>The application in a process of its own, so that the server's processor time is told from the client's.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly HttpClient _client;

    private readonly Task _outputEnd;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        _outputEnd = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _client = new HttpClient { BaseAddress = address };
    }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, _client.BaseAddress!.Port);

    public Uri Dashboard => new(_client.BaseAddress!, ExplorerServer.DashboardPath + "/");

    public static async Task<ServerProcess> StartAsync(string dataFolder, bool cached, bool withoutInvalidation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        foreach (var argument in new[] { "--child", "--data", dataFolder, "--urls", "http://127.0.0.1:0" })
            start.ArgumentList.Add(argument);
        if (withoutInvalidation)
            start.ArgumentList.Add("--without-invalidation");
        start.Environment["Larder__Enabled"] = cached ? "true" : "false";

        var process = Process.Start(start) ?? throw new InvalidOperationException("The server's process did not start.");
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(ExplorerServer.ReadyPrefix, StringComparison.Ordinal))
                return new ServerProcess(process, new Uri(line[ExplorerServer.ReadyPrefix.Length..]));
        }

        await process.WaitForExitAsync();
        throw new ServerStartException($"The server ended with exit code {process.ExitCode} before it was ready.");
    }

    public async Task<Endpoints.Diagnostics> ReadDiagnosticsAsync() =>
        await _client.GetFromJsonAsync("/api/diagnostics", CatalogJson.Default.Diagnostics)
        ?? throw new InvalidDataException("The server's diagnostics are empty.");

    public Task<byte[]> GetAsync(string path) => _client.GetByteArrayAsync(path);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(StopTimeout);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        await _outputEnd;
        _process.Dispose();
    }
}
