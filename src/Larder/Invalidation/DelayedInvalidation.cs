namespace Larder.Invalidation;

/// <summary>An invalidation that is planned, and is carried out once: by its timer, or when the cache is disposed; unless it is cancelled before.</summary>
/// <param name="plan">What is invalidated.</param>
/// <param name="dueAtMs">When it is due, in milliseconds since 1970.</param>
/// <param name="storedId">Its name in the shared store, if it comes from there.</param>
internal sealed class DelayedInvalidation(InvalidationPlan plan, long dueAtMs, string? storedId)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isStarted;

    public InvalidationPlan Plan => plan;

    public long DueAtMs => dueAtMs;

    public string? StoredId => storedId;

    /// <summary>Gets the end of it.</summary>
    public Task Done => _done.Task;

    /// <summary>Gets or sets what cancels it.</summary>
    public CancellationTokenRegistration Cancellation { get; set; }

    /// <summary>Claims it.</summary>
    /// <returns>Whether the caller is the first, and is to carry it out or to let it be.</returns>
    public bool TryStart() => Interlocked.Exchange(ref _isStarted, 1) == 0;

    public void End()
    {
        Cancellation.Unregister();
        _done.SetResult();
    }
}
