using Larder.Diagnostics;

namespace Larder.Writing;

/// <summary>One warm-up: takes keys in batches, several at the same time. A batch that fails is loaded key by key, so that one bad key costs no other.</summary>
internal sealed class WarmUp<TKey, T>(SourceCache<TKey, T> cache, WarmUpOptions options, CacheDiagnostics diagnostics, TimeProvider time)
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
            var values = await cache.GetManyAsync(batch, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _loaded, values.Count);
            Interlocked.Add(ref _absent, batch.Distinct().Count() - values.Count);
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
            var value = await cache.GetAsync(key, cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref value is null ? ref _absent : ref _loaded);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not ObjectDisposedException)
        {
            Interlocked.Increment(ref _failed);
            Log.WarmUpFailed(diagnostics.Logger, diagnostics.Name, cache.TextOf(key), exception);
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
