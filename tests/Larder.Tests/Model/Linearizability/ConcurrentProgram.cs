namespace Larder.Tests.Model.Linearizability;

/// <summary>A small program of a few threads on one or two keys that nobody else uses, and the history of its run.</summary>
internal sealed class ConcurrentProgram
{
    private static readonly Call[] Calls = [Call.Get, Call.Get, Call.Set, Call.Add, Call.Remove, Call.Increment, Call.CompareAndSet, Call.CompareAndSet, Call.Exchange];

    private readonly Operation[][] _threads;
    private readonly int[] _pauses;
    private long _clock;
    private int _arrived;

    public ConcurrentProgram(Random random, int number, int threads)
    {
        string[] keys = random.Next(2) == 0 ? [$"{number}:x"] : [$"{number}:x", $"{number}:y"];
        _threads = new Operation[threads][];
        _pauses = new int[threads];
        for (var thread = 0; thread < threads; thread++)
        {
            _pauses[thread] = random.Next(40);
            _threads[thread] = new Operation[random.Next(3, 5)];
            for (var i = 0; i < _threads[thread].Length; i++)
            {
                _threads[thread][i] = new Operation(thread, keys[random.Next(keys.Length)], Calls[random.Next(Calls.Length)], (100 * (thread + 1)) + i);
            }
        }
    }

    /// <summary>Gets the histories, key by key: a history is linearizable if those of its keys are.</summary>
    public IEnumerable<IReadOnlyList<Operation>> Histories =>
        _threads.SelectMany(operations => operations).GroupBy(operation => operation.Key).Select(group => group.OrderBy(operation => operation.Invoked).ToArray());

    /// <summary>Runs one thread's part, when all have arrived.</summary>
    public void Run(ICache cache, int thread)
    {
        Interlocked.Increment(ref _arrived);
        var wait = new SpinWait();
        while (Volatile.Read(ref _arrived) < _threads.Length)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        var versions = new Dictionary<string, long>();
        foreach (var operation in _threads[thread])
        {
            Thread.SpinWait(_pauses[thread]);
            operation.ExpectedVersion = versions.GetValueOrDefault(operation.Key);
            operation.Invoked = Interlocked.Increment(ref _clock);
            Execute(cache, operation);
            operation.Returned = Interlocked.Increment(ref _clock);
            if (operation.Call == Call.Get)
            {
                versions[operation.Key] = operation.Version;
            }
        }
    }

    private static void Execute(ICache cache, Operation operation)
    {
        switch (operation.Call)
        {
            case Call.Get:
                Note(operation, Done(cache.GetAsync<long>(operation.Key)));
                break;
            case Call.Exchange:
                Note(operation, Done(cache.ExchangeAsync(operation.Key, operation.Argument)));
                break;
            case Call.Set:
                var set = cache.SetAsync(operation.Key, operation.Argument);
                Assert.True(set.IsCompletedSuccessfully);
                break;
            case Call.Add:
                operation.Success = Done(cache.AddAsync(operation.Key, operation.Argument));
                break;
            case Call.Remove:
                operation.Success = Done(cache.RemoveAsync(operation.Key));
                break;
            case Call.Increment:
                operation.Value = Done(cache.IncrementAsync(operation.Key, operation.Argument));
                break;
            case Call.CompareAndSet:
                operation.Success = Done(cache.CompareAndSetAsync(operation.Key, operation.Argument, operation.ExpectedVersion));
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static void Note(Operation operation, CacheResult<long> result) =>
        (operation.Success, operation.Value, operation.Version) = (result.HasValue, result.GetValueOrDefault(), result.Version);

    private static T Done<T>(ValueTask<T> operation)
    {
        Assert.True(operation.IsCompletedSuccessfully, "An operation in memory completes at once.");
        return operation.Result;
    }
}
