namespace Larder.Loading;

/// <summary>
/// The places of <see cref="CacheOptions.MaxConcurrentLoads"/>. A load for which another loader waits goes without one: the other may
/// hold the last place, and each would wait for the other.
/// </summary>
internal sealed class LoadPlaces(int limit)
{
    private readonly SemaphoreSlim _free = new(limit);

    /// <summary>Waits for a place.</summary>
    /// <returns>Whether there is one to be given back; a load within another has none and needs none.</returns>
    /// <exception cref="OperationCanceledException">The load ended meanwhile.</exception>
    public async ValueTask<bool> EnterAsync(LoadScope scope)
    {
        if (LoadCycles.Current is not null)
        {
            return false;
        }

        var queue = CancellationTokenSource.CreateLinkedTokenSource(scope.Token);
        if (!scope.TryQueue(queue))
        {
            return false;
        }

        try
        {
            await _free.WaitAsync(queue.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!scope.Token.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Leave() => _free.Release();
}
