using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Larder.Soak.Processes;

/// <summary>A process of a run, seen from the one that conducts it: a question is a line to it, the answer a line of JSON.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();

    private WorkerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static async Task<WorkerProcess> StartAsync(string kind, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(WorkerProcess).Assembly.Location, "worker", kind, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        var worker = new WorkerProcess(process);
        process.ErrorDataReceived += (_, line) => worker.Keep(line.Data);
        process.BeginErrorReadLine();
        try
        {
            await worker.ReadAnswerAsync();
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    public async Task<T> AskAsync<T>(params string[] words)
    {
        await SendAsync(words);
        return await AnswerAsync<T>();
    }

    public Task AskAsync(params string[] words) => AskAsync<object?>(words);

    /// <summary>Asks without waiting; <see cref="AnswerAsync{T}"/> gets the answer.</summary>
    public async Task SendAsync(params string[] words)
    {
        await _process.StandardInput.WriteLineAsync(string.Join('\t', words));
        await _process.StandardInput.FlushAsync();
    }

    public async Task<T> AnswerAsync<T>() => JsonSerializer.Deserialize<T>(await ReadAnswerAsync())!;

    public void Pause() => Signals.Pause(Id);

    public void Resume() => Signals.Resume(Id);

    /// <summary>Ends it as kill -9 does.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadAnswerAsync()
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(WorkerHost.AnswerMark, StringComparison.Ordinal))
            {
                return line[WorkerHost.AnswerMark.Length..];
            }

            Keep(line);
        }

        throw new InvalidOperationException($"Process {Id} of the run ended:\n{string.Join('\n', _said)}");
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _said.Enqueue(line);
            while (_said.Count > 50 && _said.TryDequeue(out _))
            {
                // Only the last lines are of interest.
            }
        }
    }
}
