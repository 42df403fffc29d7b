using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Larder.Peers;

/// <summary>A redis-server for the time of the measurement, at a free port of the loopback, without persistence.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly Process _process;

    public RedisServer()
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        _process = Start("redis-server", $"--port {Port} --save \"\" --appendonly no --bind 127.0.0.1");
        while (!CanConnect())
        {
            Thread.Yield();
        }
    }

    public int Port { get; }

    /// <summary>Runs a command by redis-cli, as another program would.</summary>
    public string Run(string arguments)
    {
        using var process = Start("redis-cli", $"-p {Port} {arguments}");
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return answer.Trim();
    }

    /// <summary>Stops the process in the middle of whatever it does: connections stay open and nobody answers.</summary>
    public void Pause() => Signal("STOP");

    public void Resume() => Signal("CONT");

    /// <summary>Ends the process: connections break, and new ones are refused.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Counts what the connections of others send while an operation runs; the commands inside a script do not count, those that only keep a connection alive neither.</summary>
    public async Task<(int Count, string Commands)> CountAsync(Func<Task> operation)
    {
        using var client = new TcpClient("127.0.0.1", Port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        await stream.WriteAsync("MONITOR\r\n"u8.ToArray());
        await reader.ReadLineAsync();
        await operation();
        await Task.Delay(300);
        Run("echo the-end");
        var names = new List<string>();
        while (await reader.ReadLineAsync() is { } line && !line.Contains("the-end", StringComparison.Ordinal))
        {
            var name = line.Split('"')[1].ToUpperInvariant();
            if (!line.Contains(" lua]", StringComparison.Ordinal) && name is not ("PING" or "CLIENT" or "HELLO" or "INFO" or "CONFIG" or "COMMAND" or "SUBSCRIBE" or "ECHO" or "SCRIPT"))
            {
                names.Add(name);
            }
        }

        return (names.Count, string.Join(", ", names.GroupBy(name => name).Select(group => group.Count() == 1 ? group.Key : $"{group.Count()} {group.Key}")));
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private static Process Start(string program, string arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
        ?? throw new InvalidOperationException($"{program} could not be started.");

    private void Signal(string name)
    {
        using var process = Start("kill", $"-{name} {_process.Id.ToString(CultureInfo.InvariantCulture)}");
        process.WaitForExit();
    }

    private bool CanConnect()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
