using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Servers;
using Npgsql;

namespace Larder.Soak.WriteBehind;

/// <summary>
/// A producer and two workers over a Redis with an append-only file and a PostgreSQL; all of them but the database are killed with -9 at random. Afterwards the queue is drained
/// and everything that was acknowledged is looked for.
/// </summary>
internal sealed class SoakRun
{
    private const int Writers = 16;
    private const int Keys = 500;

    private readonly Dictionary<string, int> _killed = new(StringComparer.Ordinal) { ["producer"] = 0, ["worker"] = 0, ["redis"] = 0 };

    public int Writes { get; init; } = 100_000;

    public int Kills { get; init; } = 50;

    public async Task<SoakResult> RunAsync()
    {
        var began = Stopwatch.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("larder-soak-");
        await using var postgres = await PostgresServer.StartAsync();
        await using var redis = await RedisServer.StartAsync(new RedisServerOptions { IsDurable = true });
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString);
        var table = new DocumentTable(database);
        await table.CreateAsync();
        var acknowledged = Path.Combine(folder.FullName, "acknowledged");
        await DisturbAsync(redis, $"redis://{redis.EndPoint}", postgres.ConnectionString, acknowledged);

        var drainBegan = Stopwatch.GetTimestamp();
        var dead = await DrainAsync($"redis://{redis.EndPoint}", table);
        var drained = Stopwatch.GetElapsedTime(drainBegan);
        var (effects, disordered, repeated) = await table.EffectsAsync();
        var saved = await table.NumbersAsync();
        var lost = Acknowledged.Read(acknowledged).Where(write => saved.GetValueOrDefault(write.Key) < write.Value && dead.GetValueOrDefault(write.Key) < write.Value).ToArray();
        var result = new SoakResult
        {
            Acknowledged = Acknowledged.Count(acknowledged),
            Effects = effects,
            Disordered = disordered,
            Repeated = repeated,
            Lost = lost.Length,
            DeadLetters = dead.Count,
            Kills = string.Join(", ", _killed.Select(kill => $"{kill.Key} {kill.Value} times")),
            Elapsed = Stopwatch.GetElapsedTime(began),
            Drained = drained,
        };
        folder.Delete(recursive: true);
        return result;
    }

    private static Task<ServerProcess> StartAsync(params string[] words) => ServerProcess.StartAsync(Environment.ProcessPath!, words);

    private async Task DisturbAsync(RedisServer redis, string address, string database, string acknowledged)
    {
        var random = new Random();
        Func<Task<ServerProcess>> startProducer = () => StartAsync("producer", address, database, acknowledged, $"{Writers}", $"{Keys}");
        Func<Task<ServerProcess>> startWorker = () => StartAsync("worker", address, database);
        Func<Task<ServerProcess>>[] starts = [startProducer, startWorker, startWorker];
        var processes = await Task.WhenAll(starts.Select(start => start()));
        try
        {
            var perKill = Writes / Math.Max(1, Kills);
            for (var kill = 1; kill <= Kills; kill++)
            {
                await WaitAsync(acknowledged, kill * (long)perKill, processes);
                await Task.Delay(random.Next(50));
                var victim = random.Next(10) switch { 0 => 3, < 4 => 0, < 7 => 1, _ => 2 };
                if (victim == 3)
                {
                    await redis.KillAsync();
                    await redis.RestartAsync();
                    _killed["redis"]++;
                    continue;
                }

                await processes[victim].KillAsync();
                await processes[victim].DisposeAsync();
                _killed[victim == 0 ? "producer" : "worker"]++;
                processes[victim] = await starts[victim]();
            }

            await WaitAsync(acknowledged, Writes, processes);
        }
        finally
        {
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }
        }
    }

    private static async Task WaitAsync(string acknowledged, long count, ServerProcess[] processes)
    {
        var began = Stopwatch.GetTimestamp();
        while (Acknowledged.Count(acknowledged) < count)
        {
            if (Array.Find(processes, process => process.HasExited) is { } ended)
            {
                throw new InvalidOperationException($"A process ended by itself:\n{ended.Output}");
            }

            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(3))
            {
                throw new TimeoutException($"Expected {count} acknowledged writes within three minutes, there are {Acknowledged.Count(acknowledged)}.");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Delivers what is left, in this process.</summary>
    /// <returns>The highest number of each key that became a dead letter.</returns>
    private static async Task<Dictionary<string, long>> DrainAsync(string redis, DocumentTable table)
    {
        await using var cache = await Setup.ConnectAsync(redis);
        await using var documents = cache.For(table, Setup.Options(redis, delivers: true));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await documents.DrainAsync(deadline.Token);
        var dead = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var letter in documents.DeadLettersAsync(deadline.Token))
        {
            dead[letter.KeyText] = Math.Max(dead.GetValueOrDefault(letter.KeyText), letter.Value?.Number ?? 0);
        }

        return dead;
    }
}
