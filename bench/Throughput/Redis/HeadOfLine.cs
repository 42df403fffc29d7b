using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Larder.Redis.Commands;
using Larder.Redis;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Throughput.Redis;

/// <summary>
/// How long a small read takes beside two readers of 10 MB, which are entries of a cache: by the same client, and, as the floor, by a process of its own that does nothing but write a GET to a
/// socket and wait for the reply. What the floor waits for is the server and the processors.
/// </summary>
internal static class HeadOfLine
{
    private const int Large = 10_000_000;
    private const int Readers = 2;
    private static readonly string[] Rows = ["client, alone", "socket, alone", "client, beside readers of 10 MB", "socket, beside readers of 10 MB"];

    public static async Task RunAsync(bool isQuick)
    {
        var rounds = isQuick ? 2 : 6;
        var length = TimeSpan.FromSeconds(isQuick ? 1 : 2);
        using var server = new RedisProcess();
        using var node = new RedisNode(
            new ConnectionSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port), Logger = NullLogger.Instance, CommandTimeout = TimeSpan.FromSeconds(30), HeartbeatInterval = TimeSpan.FromSeconds(10) }, 1 << 18);
        await SetAsync(node, "small", 100);
        await using (ICache cache = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?localCopies=none&commandTimeout=00:00:30", options => options.Prefix = "line"))
        {
            var value = new byte[Large];
            for (var i = 0; i < Readers; i++)
            {
                Random.Shared.NextBytes(value);
                await cache.SetAsync($"large:{i}", value);
                await GetAsync(node, $"line:large:{i}");
            }
        }

        var times = Rows.Select(_ => new List<double>()).ToArray();
        var moved = new long[Rows.Length];
        for (var round = -1; round < rounds; round++)
        {
            for (var row = 0; row < Rows.Length; row++)
            {
                using var end = new CancellationTokenSource();
                var readers = Enumerable.Range(0, row < 2 ? 0 : Readers).Select(reader => Task.Run(() => ReadAsync(node, $"line:large:{reader}", end.Token))).ToArray();
                var own = row % 2 == 0 ? await MeasureAsync(node, length) : await MeasureSocketAsync(server.Port, length);
                await end.CancelAsync();
                var count = (await Task.WhenAll(readers)).Sum();
                if (round >= 0)
                {
                    times[row].AddRange(own);
                    moved[row] += count;
                }
            }
        }

        Console.WriteLine("| small GET | reads | p50, ms | p99, ms | max, ms | 10 MB values read meanwhile |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        for (var row = 0; row < Rows.Length; row++)
        {
            double[] sorted = [.. times[row].Order()];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Rows[row]} | {sorted.Length:N0} | {sorted[sorted.Length / 2]:0.00} | {sorted[sorted.Length * 99 / 100]:0.00} | {sorted[^1]:0.0} | {moved[row]} |"));
        }
    }

    /// <summary>The floor: reads over a bare socket, and prints the time of each read in milliseconds.</summary>
    public static void ReadFromSocket(int port, TimeSpan length)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        var expected = "$100\r\n".Length + 100 + "\r\n".Length;
        var buffer = new byte[4096];
        var times = new List<double>();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < length;)
        {
            var start = Stopwatch.GetTimestamp();
            socket.Send("*2\r\n$3\r\nGET\r\n$5\r\nsmall\r\n"u8);
            for (var received = 0; received < expected; received += socket.Receive(buffer))
            {
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.ForEach(time => Console.WriteLine(time.ToString("R", CultureInfo.InvariantCulture)));
    }

    private static async Task<List<double>> MeasureAsync(RedisNode node, TimeSpan length)
    {
        var times = new List<double>();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < length;)
        {
            var start = Stopwatch.GetTimestamp();
            await GetAsync(node, "small");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    private static async Task<List<double>> MeasureSocketAsync(int port, TimeSpan length)
    {
        // This program is either its own host, or the argument of `dotnet`.
        var isOwnHost = Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet";
        string[] arguments = ["socket", $"{port}", length.TotalSeconds.ToString(CultureInfo.InvariantCulture)];
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, isOwnHost ? arguments : [typeof(HeadOfLine).Assembly.Location, .. arguments]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("No process could be started.");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }

    private static async Task<long> ReadAsync(RedisNode node, string key, CancellationToken end)
    {
        long count = 0;
        for (; !end.IsCancellationRequested; count++)
        {
            await GetAsync(node, key);
        }

        return count;
    }

    private static async ValueTask GetAsync(RedisNode node, string key)
    {
        using var command = RedisCommand.Rent("GET"u8, 1).AddKey(default, key);
        node.Send(command, CommandKind.Read);
        using var reply = await command.Reply;
        reply.ThrowIfError();
        if (reply.IsNull)
        {
            throw new InvalidOperationException($"'{key}' is gone.");
        }

        node.Note(command, reply.Span.Length);
    }

    private static async ValueTask SetAsync(RedisNode node, string key, int length)
    {
        using var command = RedisCommand.Rent("SET"u8, 2).AddKey(default, key).Add(new byte[length]);
        node.Send(command, CommandKind.IdempotentWrite);
        using var reply = await command.Reply;
        reply.ThrowIfError();
    }
}
