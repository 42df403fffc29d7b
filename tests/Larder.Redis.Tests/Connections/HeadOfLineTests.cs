using System.Diagnostics;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;
using Larder.Serialization;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>Small commands do not queue behind large ones.</summary>
[Trait("Category", "Alone")]
[Collection(nameof(Measurements))]
public sealed class HeadOfLineTests(SharedServers servers, ITestOutputHelper output)
{
    private const int Large = 10_000_000;

    /// <summary>That of an entry, of which only the revision matters here.</summary>
    private static readonly byte[] s_header = new EntryFrame { Kind = FrameKind.Entry, Revision = 1 }.ToBytes("key");

    [Fact]
    [Ledger(23)]
    public async Task Large_values_go_over_a_connection_of_their_own()
    {
        await using var server = new ScriptedRespServer().On("SET", RespReply.Ok).On("GET", RespReply.Bulk("small")).On("GETRANGE", RespReply.Bulk(""));
        server.On("GET large", RespReply.Bulk(new byte[Large]));
        await using var client = new ClientSetup(server.Port);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Large, await ReadAsync(client, "large"));
            await WriteAsync(client, "large", Large);
            Assert.Equal(5, await ReadAsync(client, "small"));
            await WriteAsync(client, "small", 5);
        }

        var byConnection = server.Commands.Where(command => command.Name is "GET" or "GETRANGE" or "SET")
            .GroupBy(command => command.Connection, command => $"{command.Name} {command[0]}")
            .Select(group => string.Join(", ", group.Distinct().Order().Select(what => $"{group.Count(other => other == what)} {what}")))
            .Order(StringComparer.Ordinal);

        // That a value is large shows when it is read for the first time. This one is no entry, and cannot be read in pieces.
        Assert.Equal(["1 GET large, 5 GET small", "4 GET large, 4 GETRANGE large, 5 SET large", "5 SET small"], byConnection);
    }

    [Fact]
    [Ledger(23)]
    public async Task Small_reads_are_fast_beside_large_readers_and_writers()
    {
        var server = await servers.Standalone.GetAsync();
        var prefix = $"line:{Guid.NewGuid():N}:";
        await using var client = new ClientSetup(server.Port);
        await client.SetAsync(prefix + "small", "value");
        for (var i = 0; i < 3; i++)
        {
            await WriteAsync(client, $"{prefix}{i}", Large);
            await ReadAsync(client, $"{prefix}{i}");
        }

        var alone = await MeasureAsync(client, prefix + "small");
        using var ended = new CancellationTokenSource();
        var moved = 0;
        var others = Enumerable.Range(0, 3).Select(i => Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                if (i == 0)
                {
                    await WriteAsync(client, $"{prefix}{i}", Large);
                }
                else
                {
                    await ReadAsync(client, $"{prefix}{i}");
                }

                Interlocked.Increment(ref moved);
            }
        })).ToArray();
        await Deadline.TrueAsync(() => Volatile.Read(ref moved) > 3);
        var beside = await MeasureAsync(client, prefix + "small");
        await ended.CancelAsync();
        await Task.WhenAll(others);

        output.WriteLine($"small GET alone: {alone}; beside 2 readers and 1 writer of 10 MB ({moved} moved): {beside}");
        Assert.True(beside.P50 < 200 && moved > 3, $"{beside}");
        await server.CommandAsync("UNLINK", prefix + "small", prefix + "0", prefix + "1", prefix + "2");
    }

    private static async Task<int> ReadAsync(ClientSetup client, string key)
    {
        using var command = ClientSetup.Command("GET", key);
        using var reply = await client.Client.ExecuteAsync(command, CommandKind.Read, CancellationToken.None);
        client.Node.Note(command, reply.Span.Length);
        return reply.Span.Length;
    }

    private static async Task WriteAsync(ClientSetup client, string key, int length)
    {
        using var command = RedisCommand.Rent("SET"u8, 2).AddKey(default, key);
        var entry = command.AddBlank(length);
        entry.Fill(1);
        if (length == Large)
        {
            s_header.CopyTo(entry);
        }

        (await client.Client.ExecuteAsync(command, CommandKind.IdempotentWrite, CancellationToken.None)).Dispose();
    }

    private static async Task<Latency> MeasureAsync(ClientSetup client, string key)
    {
        var times = new double[400];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await ReadAsync(client, key);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return new Latency(times[200], times[396], times[^1]);
    }

    private readonly record struct Latency(double P50, double P99, double Max)
    {
        public override string ToString() => $"p50 {P50:0.00} ms, p99 {P99:0.0} ms, max {Max:0.0} ms";
    }
}
