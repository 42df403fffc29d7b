namespace Larder.Testing.Faults;

/// <summary>What the bytes of one direction wait at while it is a black hole.</summary>
internal sealed class ProxyGate
{
    private volatile TaskCompletionSource? _closed;

    public bool IsOpen => _closed is null;

    public void Set(bool isOpen)
    {
        if (!isOpen)
        {
            _closed ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        else if (_closed is { } waiting)
        {
            _closed = null;
            waiting.SetResult();
        }
    }

    public async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        while (_closed is { } closed)
        {
            await closed.Task.WaitAsync(cancellationToken);
        }
    }
}
