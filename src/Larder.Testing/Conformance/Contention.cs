namespace Larder.Testing.Conformance;

/// <summary>Runs something from many sides at once.</summary>
internal static class Contention
{
    public static Task RunAsync(int callers, Func<int, Task> action) => Parallel.ForAsync(
        0,
        callers,
        new ParallelOptions { MaxDegreeOfParallelism = callers },
        async (caller, _) => await action(caller).ConfigureAwait(false));
}
