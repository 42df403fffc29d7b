namespace Larder.Tests.Loading;

/// <summary>A loader that is held open until the test lets it return. It does not listen to its token, but remembers it.</summary>
internal sealed class Held<T>
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public Task BegunAsync => Soon.EndsAsync(_begun.Task);

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Gets the token of the latest call.</summary>
    public CancellationToken Token { get; private set; }

    public async ValueTask<T> LoadAsync(CancellationToken token)
    {
        Token = token;
        Interlocked.Increment(ref _calls);
        _begun.TrySetResult();
        return await _end.Task;
    }

    public void Return(T value) => _end.TrySetResult(value);

    public void Throw(Exception exception) => _end.TrySetException(exception);
}
