namespace Larder.Testing.Conformance;

/// <summary>A loader that is held open until the test lets it return.</summary>
/// <param name="decide">What the loader tells its context, when it returns.</param>
internal sealed class HeldLoad<T>(Action<LoadContext>? decide = null)
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    /// <summary>Gets the first call of the loader.</summary>
    public Task BegunAsync => _begun.Task.WaitAsync(Eventually.Limit, TimeProvider.System);

    public int Calls => Volatile.Read(ref _calls);

    public async ValueTask<T> LoadAsync(LoadContext? context = null)
    {
        Interlocked.Increment(ref _calls);
        _begun.TrySetResult();
        var value = await _end.Task;
        if (context is not null)
        {
            decide?.Invoke(context);
        }

        return value;
    }

    public void Return(T value) => _end.SetResult(value);

    public void Throw(Exception exception) => _end.SetException(exception);
}
