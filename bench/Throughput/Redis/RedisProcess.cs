using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Larder.Throughput.Redis;

/// <summary>A redis-server for the time of the measurement, at a free port, without persistence; and the benchmark that comes with it.</summary>
internal sealed class RedisProcess : IDisposable
{
    private readonly Process _server;

    public RedisProcess()
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        _server = Start("redis-server", $"--port {Port} --save \"\" --appendonly no --bind 127.0.0.1");
        while (!CanConnect())
        {
            Thread.Yield();
        }
    }

    public int Port { get; }

    /// <summary>Gets how long the server has used processors.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _server.Refresh();
            return _server.TotalProcessorTime;
        }
    }

    /// <summary>Runs redis-benchmark with values of 1 KB.</summary>
    /// <returns>Operations per second.</returns>
    public double Benchmark(string command, int clients, int pipeline, int operations)
    {
        using var process = Start("redis-benchmark", $"-p {Port} -d 1024 -c {clients} -P {pipeline} -n {operations} -t {command} --csv");
        var lines = process.StandardOutput.ReadToEnd().Split('\n');
        process.WaitForExit();
        var figures = lines.Last(line => line.StartsWith('"')).Split(',');
        return double.Parse(figures[1].Trim('"'), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _server.Kill();
        _server.Dispose();
    }

    private static Process Start(string program, string arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
        ?? throw new InvalidOperationException($"{program} could not be started.");

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
