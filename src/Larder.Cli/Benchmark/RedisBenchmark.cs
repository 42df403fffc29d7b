using System.Globalization;
using Larder.Diagnostics;

namespace Larder.Cli.Benchmark;

/// <summary>Measures reads, writes and get-or-create against a Redis, one after the other, with callers that each ask as soon as they have their answer.</summary>
internal sealed class RedisBenchmark(ICache cache, BenchmarkPlan plan, TimeProvider time)
{
    /// <summary>One get-or-create in so many finds nothing, and loads.</summary>
    private const int OneMissIn = 10;

    /// <summary>Before each measurement, so that neither the first connection nor the compiler is in it.</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(200);

    private readonly byte[] _value = ValueOf(plan.Size);
    private readonly string[] _keys = [.. Enumerable.Range(0, plan.Keys).Select(i => string.Create(CultureInfo.InvariantCulture, $"key:{i}"))];
    private long _fresh;

    public async IAsyncEnumerable<BenchmarkResult> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await cache.SetManyAsync(_keys.Select(key => KeyValuePair.Create(key, _value)), TimeSpan.FromMinutes(10), cancellationToken);
        yield return await MeasureAsync("get", GetAsync, cancellationToken);
        yield return await MeasureAsync("set", SetAsync, cancellationToken);
        yield return await MeasureAsync("get-or-create", GetOrCreateAsync, cancellationToken);
    }

    private async ValueTask GetAsync(int turn, CancellationToken cancellationToken) => await cache.GetAsync<byte[]>(_keys[turn % _keys.Length], cancellationToken);

    private ValueTask SetAsync(int turn, CancellationToken cancellationToken) => cache.SetAsync(_keys[turn % _keys.Length], _value, TimeSpan.FromMinutes(10), cancellationToken);

    private async ValueTask GetOrCreateAsync(int turn, CancellationToken cancellationToken)
    {
        var key = turn % OneMissIn == 0 ? string.Create(CultureInfo.InvariantCulture, $"fresh:{Interlocked.Increment(ref _fresh)}") : _keys[turn % _keys.Length];
        await cache.GetOrCreateAsync(key, _value, static (value, _, _) => new ValueTask<byte[]>(value), TimeSpan.FromMinutes(1), cancellationToken);
    }

    private async Task<BenchmarkResult> MeasureAsync(string name, Func<int, CancellationToken, ValueTask> operation, CancellationToken cancellationToken)
    {
        await RunAsync(operation, s_warmUp, new LatencyHistogram(), cancellationToken);
        var histogram = new LatencyHistogram();
        var start = time.GetTimestamp();
        var errors = await RunAsync(operation, plan.Length, histogram, cancellationToken);
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        var counts = histogram.Snapshot();
        return new BenchmarkResult(
            name, counts.Sum(), counts.Sum() / seconds, LatencyHistogram.Percentile(counts, 0.5), LatencyHistogram.Percentile(counts, 0.95), LatencyHistogram.Percentile(counts, 0.99), errors);
    }

    private async Task<long> RunAsync(Func<int, CancellationToken, ValueTask> operation, TimeSpan length, LatencyHistogram histogram, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var errors = await Task.WhenAll(Enumerable.Range(0, plan.Callers).Select(CallAsync));
        return errors.Sum();

        async Task<long> CallAsync(int caller)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var failed = 0L;
            var turn = caller;

            // Once at least, also where the processors had something else to do for all of the time.
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                var begun = time.GetTimestamp();
                try
                {
                    await operation(turn, cancellationToken);
                    histogram.Record(time.GetElapsedTime(begun));
                }
                catch (CacheException)
                {
                    failed++;
                }

                turn = (turn + plan.Callers) & int.MaxValue;
            }
            while (time.GetElapsedTime(start) < length);

            return failed;
        }
    }

    /// <summary>Random bytes, which nothing compresses.</summary>
    private static byte[] ValueOf(int size)
    {
        var value = new byte[size];
        Random.Shared.NextBytes(value);
        return value;
    }
}
