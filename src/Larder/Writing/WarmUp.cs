using Larder.Diagnostics;

namespace Larder.Writing;

/// <summary>One warm-up: takes keys in batches, several at the same time. A batch that fails is loaded key by key, so that one bad key costs no other.</summary>
/// <param name="loadMany">Loads a batch, and tells how many there are.</param>
/// <param name="load">Loads one, and tells whether there is one.</param>
/// <param name="textOf">Names a key in the log.</param>
/// <param name="options">How.</param>
/// <param name="diagnostics">Where the progress is told.</param>
/// <param name="time">The time.</param>
internal sealed class WarmUp<TKey>(
    Func<TKey[], CancellationToken, ValueTask<int>> loadMany, Func<TKey, CancellationToken, ValueTask<bool>> load, Func<TKey, string> textOf, WarmUpOptions options, CacheDiagnostics diagnostics, TimeProvider time)
    where TKey : notnull
{
    private long _loaded;
    private long _absent;
    private long _failed;
    private long _toldAt;

    public async Task<WarmUpResult> RunAsync(IAsyncEnumerable<TKey> keys, CancellationToken cancellationToken)
    {
        var began = _toldAt = time.GetTimestamp();
        await Parallel.ForEachAsync(
            keys.Chunk(options.BatchSize),
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                await LoadAsync(batch, token).ConfigureAwait(false);
                Tell(began);
            }).ConfigureAwait(false);
        var result = new WarmUpResult(_loaded, _absent, _failed, time.GetElapsedTime(began));
        Log.WarmUpEnded(diagnostics.Logger, diagnostics.Name, result.Loaded, result.Absent, result.Failed, result.Elapsed);
        return result;
    }

    private async ValueTask LoadAsync(TKey[] batch, CancellationToken cancellationToken)
    {
        try
        {
            var found = await loadMany(batch, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _loaded, found);
            Interlocked.Add(ref _absent, batch.Distinct().Count() - found);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not ObjectDisposedException)
        {
            foreach (var key in batch.Distinct())
            {
                await LoadOneAsync(key, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask LoadOneAsync(TKey key, CancellationToken cancellationToken)
    {
        try
        {
            var isFound = await load(key, cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref isFound ? ref _loaded : ref _absent);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not ObjectDisposedException)
        {
            Interlocked.Increment(ref _failed);
            Log.WarmUpFailed(diagnostics.Logger, diagnostics.Name, textOf(key), exception);
        }
    }

    private void Tell(long began)
    {
        var told = Volatile.Read(ref _toldAt);
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(told, now) >= options.ProgressInterval && Interlocked.CompareExchange(ref _toldAt, now, told) == told)
        {
            Log.WarmUpProgress(diagnostics.Logger, diagnostics.Name, Volatile.Read(ref _loaded), Volatile.Read(ref _failed), time.GetElapsedTime(began, now));
        }
    }
}
