namespace Larder.Loading;

/// <summary>Those who wait for one load: on its task, or in a list, because each of them may be cancelled and go.</summary>
internal sealed class LoadWaiters<T>() : TaskCompletionSource<CacheResult<T>>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly Lock _gate = new();
    private JoinedCaller<T>? _latest;
    private bool _areCalled;

    /// <summary>Puts a caller into the list, unless it has been called already.</summary>
    public void Add(JoinedCaller<T> caller)
    {
        lock (_gate)
        {
            if (caller.IsCalled)
            {
                return;
            }

            caller.Previous = _latest;
            _latest?.Next = caller;
            _latest = caller;
        }
    }

    /// <summary>Forgets a caller that has been called.</summary>
    public void Remove(JoinedCaller<T> caller)
    {
        lock (_gate)
        {
            if (_areCalled)
            {
                return;
            }

            caller.Next?.Previous = caller.Previous;
            caller.Previous?.Next = caller.Next;
            if (_latest == caller)
            {
                _latest = caller.Previous;
            }
        }
    }

    /// <summary>Has the pool call all who are in the list. To be called again for who is added after the end of the load.</summary>
    public void CallAll()
    {
        JoinedCaller<T>? caller;
        lock (_gate)
        {
            _areCalled = true;
            (caller, _latest) = (_latest, null);
        }

        // The thread takes last what it has queued first: those who came first are called first.
        while (caller is not null)
        {
            var previous = caller.Previous;
            caller.Queue();
            caller = previous;
        }
    }
}
