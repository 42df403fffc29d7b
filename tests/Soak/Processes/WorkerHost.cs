using System.Text.Json;
using Larder.Soak.Consistency;
using Larder.Soak.Leak;
using Larder.Soak.Outage;
using Larder.Soak.Push;
using Larder.Soak.Stampede;

namespace Larder.Soak.Processes;

/// <summary>The inside of a <see cref="WorkerProcess"/>: answers questions until its input ends, which it also does when the conductor dies.</summary>
internal static class WorkerHost
{
    public const string AnswerMark = "@ ";

    public static async Task<int> RunAsync(string kind, Arguments arguments)
    {
        // Two cores and thousands of callers: the pool's slow growth would be measured in place of the cache.
        ThreadPool.SetMinThreads(16, 16);
        await using var worker = await CreateAsync(kind, arguments);
        Answer("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Answer(await worker.AnswerAsync(line.Split('\t')));
        }

        return 0;
    }

    private static async Task<IWorker> CreateAsync(string kind, Arguments arguments) => kind switch
    {
        "consistency" => await ConsistencyWorker.CreateAsync(arguments),
        "leak" => await LeakWorker.CreateAsync(arguments),
        "outage" => await OutageWorker.CreateAsync(arguments),
        "push" => await PushWorker.CreateAsync(arguments),
        "stampede" => await StampedeWorker.CreateAsync(arguments),
        _ => throw new ArgumentException($"There is no worker '{kind}'.", nameof(kind)),
    };

    private static void Answer(object? answer)
    {
        Console.Out.WriteLine(AnswerMark + JsonSerializer.Serialize(answer));
        Console.Out.Flush();
    }
}
