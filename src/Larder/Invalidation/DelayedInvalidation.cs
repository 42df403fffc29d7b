namespace Larder.Invalidation;

/// <summary>An invalidation that is planned, and is carried out once: by its timer, or when the cache is disposed.</summary>
internal sealed class DelayedInvalidation(InvalidationPlan plan)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isStarted;

    public InvalidationPlan Plan => plan;

    /// <summary>Gets the end of it.</summary>
    public Task Done => _done.Task;

    /// <summary>Claims it.</summary>
    /// <returns>Whether the caller is the first, and is to carry it out.</returns>
    public bool TryStart() => Interlocked.Exchange(ref _isStarted, 1) == 0;

    public void End() => _done.SetResult();
}
