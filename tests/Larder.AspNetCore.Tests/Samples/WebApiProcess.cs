using System.Diagnostics;
using System.Reflection;
using Larder.Redis.Tests.Servers;

namespace Larder.AspNetCore.Tests.Samples;

/// <summary>The sample WebApi as a process of its own, on a port that it has found.</summary>
internal sealed class WebApiProcess : IAsyncDisposable
{
    private const string ReadyMark = "Now listening on: ";

    private readonly Process _process;

    private WebApiProcess(Process process, string address) => (_process, Client) = (process, new HttpClient { BaseAddress = new Uri(address) });

    public HttpClient Client { get; }

    /// <summary>Starts it, and waits until it listens.</summary>
    public static async Task<WebApiProcess> StartAsync(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly.GetAssembly(typeof(Program))!.Location, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Deadline.Limit);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.IndexOf(ReadyMark, StringComparison.Ordinal) is >= 0 and var at)
            {
                // Read on, or it would stop at a full pipe.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new WebApiProcess(process, line[(at + ReadyMark.Length)..].Trim());
            }
        }

        throw new InvalidOperationException($"The sample ended with {process.ExitCode} before it listened.");
    }

    /// <summary>Asks it to end, and waits for that.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        using var limit = new CancellationTokenSource(Deadline.Limit);
        await _process.WaitForExitAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
