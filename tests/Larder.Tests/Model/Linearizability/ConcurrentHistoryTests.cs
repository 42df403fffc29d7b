using System.Diagnostics;

namespace Larder.Tests.Model.Linearizability;

/// <summary>Small programs of three threads, many of them: each operation on one entry takes effect at one moment between its call and its return.</summary>
[Trait("Category", "Slow")]
public sealed class ConcurrentHistoryTests
{
    private const int Threads = 3;
    private const int ProgramsPerBatch = 500;

    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(1.2);

    [Theory]
    [Ledger(35)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Concurrent_operations_on_memory_are_linearizable(int seed)
    {
        using var cache = Cache.InMemory(options => options.Memory.MaxEntries = 10_000_000);
        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        var overlapping = 0;
        for (var number = 0; watch.Elapsed < s_duration || overlapping == 0; number += ProgramsPerBatch)
        {
            ConcurrentProgram[] programs = [.. Enumerable.Range(number, ProgramsPerBatch).Select(i => new ConcurrentProgram(random, i, Threads))];
            RunAll(cache, programs);
            foreach (var (i, history) in programs.SelectMany((program, i) => program.Histories.Select(history => (number + i, history))))
            {
                overlapping += Overlaps(history) ? 1 : 0;
                if (!LinearizabilityChecker.IsLinearizable(history))
                {
                    Assert.Fail($"Not linearizable: seed {seed}, program {i}.\n{string.Join('\n', LinearizabilityChecker.Minimise(history))}");
                }
            }

            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "The threads never ran at the same time.");
        }
    }

    private static void RunAll(ICache cache, ConcurrentProgram[] programs)
    {
        var failures = new Exception?[Threads];
        var threads = new Thread[Threads];
        for (var i = 0; i < Threads; i++)
        {
            var thread = i;
            threads[i] = new Thread(() => failures[thread] = Record.Exception(() => Array.ForEach(programs, program => program.Run(cache, thread)))) { IsBackground = true };
            threads[i].Start();
        }

        foreach (var thread in threads)
        {
            Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "A thread hangs, or another has failed: " + failures.FirstOrDefault(failure => failure is not null));
        }

        Assert.All(failures, Assert.Null);
    }

    private static bool Overlaps(IReadOnlyList<Operation> history) =>
        history.Zip(history.Skip(1)).Any(pair => pair.Second.Invoked < pair.First.Returned);
}
