namespace Larder.Redis.Strict;

/// <summary>The wait of one change for the processes that may use copies. Answers may come before it is known who is asked.</summary>
internal sealed class SyncRound
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyCollection<string>? _asked;

    /// <summary>Gets what completes when all have answered.</summary>
    public Task Done => _done.Task;

    public void Ask(IReadOnlyCollection<string> processes)
    {
        lock (_gate)
        {
            _asked = processes;
            CompleteUnsynchronized();
        }
    }

    public void Answer(string process)
    {
        lock (_gate)
        {
            _answered.Add(process);
            CompleteUnsynchronized();
        }
    }

    private void CompleteUnsynchronized()
    {
        if (_asked is not null && _asked.All(_answered.Contains))
        {
            _done.TrySetResult();
        }
    }
}
