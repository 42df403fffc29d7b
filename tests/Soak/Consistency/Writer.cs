using System.Collections.Concurrent;
using Larder.Soak.Caches;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>The writers of a process: each raises rows, invalidates them in one of the ways, and says so to the readers once the call has returned.</summary>
internal sealed class Writer(CacheUnderTest cache, SourceOfRecord source, KeySpace keys, Deliveries deliveries, int process, ConsistencyOptions options)
{
    private const int ClearSample = 40;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly LatencyHistogram _times = new();
    private readonly long[] _done = new long[5];
    private long _refused;
    private long _deferred;
    private long _abandoned;

    public async Task RunAsync(int number, CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var random = new Random(HashCode.Combine(options.Seed, process, number, "writer"));
        var pace = new Pace((double)options.Writes / options.Processes / options.Writers);
        try
        {
            await Clock.DelayAsync(TimeSpan.FromMilliseconds(random.Next(100)), stop);
            while (true)
            {
                await WriteAsync(random, stop);
                await pace.NextAsync(1, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    public ConsistencyFigures AddTo(ConsistencyFigures figures) => figures with
    {
        Writes = _done,
        Refused = Volatile.Read(ref _refused),
        Deferred = Volatile.Read(ref _deferred),
        Abandoned = Volatile.Read(ref _abandoned),
        Errors = [.. figures.Errors, .. _errors],
        WriteTimes = _times,
    };

    private async Task WriteAsync(Random random, CancellationToken stop)
    {
        var kind = NextKind(random);
        var group = random.Next(keys.Groups);
        IEnumerable<int> wanted = kind switch
        {
            InvalidationKind.Clear => Enumerable.Range(random.Next(keys.Count), ClearSample).Select(key => key % keys.Count).Distinct(),
            InvalidationKind.Pattern or InvalidationKind.Tag => keys.KeysOf(group),
            _ => [random.Next(keys.Count)],
        };
        var locked = wanted.Where(source.TryLock).ToList();
        try
        {
            if (locked.Count > 0)
            {
                await InvalidateAsync(kind, group, [.. locked.Select(key => (key, source.Raise(key, process, kind)))], stop);
            }
        }
        finally
        {
            locked.ForEach(source.Unlock);
        }
    }

    private InvalidationKind NextKind(Random random)
    {
        while (true)
        {
            var kind = random.Next(1_000) switch
            {
                < 5 => InvalidationKind.Clear,
                < 50 => InvalidationKind.Pattern,
                < 200 => InvalidationKind.Tag,
                < 400 => InvalidationKind.Set,
                _ => InvalidationKind.Remove,
            };
            if (options.Kinds.Contains(kind))
            {
                return kind;
            }
        }
    }

    /// <summary>One that throws was not acknowledged: what the cache holds then is open, and it is tried until it succeeds.</summary>
    private async Task InvalidateAsync(InvalidationKind kind, int group, (int Key, long Version)[] written, CancellationToken stop)
    {
        for (long gaveUp = 0; ;)
        {
            try
            {
                var deferredBefore = cache.Deferred;
                var begin = Clock.Now;
                await InvalidateOnceAsync(kind, group, written[0]);
                var moment = Clock.Now;
                _times.Add(moment - begin);
                Interlocked.Increment(ref _done[(int)kind]);
                Acknowledge(written, moment, wasDeferred: cache.Deferred != deferredBefore);
                return;
            }
            catch (Exception exception)
            {
                Interlocked.Increment(ref _refused);
                if (exception is not CacheException && _errors.Count < 5)
                {
                    _errors.Enqueue($"{kind}: {ErrorLine.Of(exception)}");
                }
            }

            gaveUp = gaveUp == 0 && stop.IsCancellationRequested ? Clock.Now + Clock.Ticks(Patience) : gaveUp;
            if (gaveUp != 0 && Clock.Now > gaveUp)
            {
                Interlocked.Increment(ref _abandoned);
                return;
            }

            await Clock.DelayAsync(RetryPause, CancellationToken.None);
        }
    }

    private void Acknowledge((int Key, long Version)[] written, long moment, bool wasDeferred)
    {
        foreach (var (key, version) in written)
        {
            source.AcknowledgeIn(process, key, version, moment);
            if (!wasDeferred)
            {
                source.AcknowledgeForAll(key, version, moment);
            }
        }

        if (wasDeferred)
        {
            Interlocked.Increment(ref _deferred);
            deliveries.Add(written);
        }
    }

    private ValueTask InvalidateOnceAsync(InvalidationKind kind, int group, (int Key, long Version) first) => kind switch
    {
        InvalidationKind.Remove => cache.RemoveAsync(keys.NameOf(first.Key)),
        InvalidationKind.Set => cache.SetAsync(keys.NameOf(first.Key), SourceRow.Of(first.Key, first.Version, options.ValueBytes), keys.WriteOptionsOf(first.Key)),
        InvalidationKind.Tag => cache.RemoveByTagAsync(KeySpace.TagOf(group)),
        InvalidationKind.Pattern => cache.RemoveByPatternAsync(KeySpace.PatternOf(group)),
        _ => cache.ClearAsync(),
    };
}
