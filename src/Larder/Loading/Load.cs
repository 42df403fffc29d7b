using Larder.Tiers;

namespace Larder.Loading;

/// <summary>A load under way, whatever its type. See <see cref="Load{T}"/>.</summary>
internal abstract class Load(LoadPlace place, bool isRefresh, LoadScope scope)
{
    private readonly byte _variant = place.Variant;
    private volatile FillTicket? _ticket;
    private volatile Phase _phase;
    private bool _isEnding;

    /// <summary>Gets where those who ask for the same find the load.</summary>
    public LoadPlace Place => new(Key, _variant);

    public string Key { get; } = place.Key;

    /// <summary>Gets whether nobody waits for the load as a matter of course: it renews a value that is there.</summary>
    public bool IsRefresh { get; } = isRefresh;

    /// <summary>Gets or sets the ticket; <see langword="null"/> until the load really begins.</summary>
    public FillTicket? Ticket
    {
        get => _ticket;
        set => _ticket = value;
    }

    /// <summary>Gets the call of the loader that this load is a part of.</summary>
    public LoadScope Scope { get; } = scope;

    /// <summary>Gets whether what the load will yield has not been invalidated. Before its loader is called, or what it has found taken, it is never too late: the load takes another ticket.</summary>
    public bool IsCurrent => Ticket is not { IsVoid: true } || _phase == Phase.Beginning;

    /// <summary>
    /// Gets whether the end has been claimed. The ticket may be gone then, so that invalidations pass the load by: whoever comes now must not
    /// take its result, but may wait for the end and look again.
    /// </summary>
    public bool IsEnding => Volatile.Read(ref _isEnding);

    /// <summary>Gets whether the load ended without an answer, because another process loads the key: who has joined it is to look again.</summary>
    public bool IsInconclusive => _phase == Phase.Inconclusive;

    public abstract bool IsCompleted { get; }

    /// <summary>Gets the end of the load, for those who do not want its result.</summary>
    public abstract Task Ended { get; }

    /// <summary>Takes note that the load is about to take what it has found, or to call its loader.</summary>
    /// <returns>Whether its ticket stands. If not, the load is to begin again, or to <see cref="Begin"/> all the same.</returns>
    public bool TryBegin()
    {
        if (Ticket is { IsVoid: true })
        {
            return false;
        }

        Begin();
        return Ticket is not { IsVoid: true };
    }

    /// <summary>Takes note that the load begins, whether or not its ticket stands.</summary>
    public void Begin()
    {
        _phase = Phase.Begun;

        // Either who comes now sees that the load has begun, or what voided the ticket before that is seen here.
        Interlocked.MemoryBarrier();
    }

    /// <summary>Takes note that the load ends without an answer.</summary>
    public void SetInconclusive() => _phase = Phase.Inconclusive;

    /// <summary>Gets whether the load ends with what another one has stored.</summary>
    public bool HasFound => _phase == Phase.Found;

    /// <summary>Takes note that the load ends with what another one has stored.</summary>
    public void SetFound() => _phase = Phase.Found;

    /// <summary>Has the load wait for another ticket.</summary>
    public void BeginAgain() => (_phase, Ticket) = (Phase.Beginning, null);

    /// <summary>Claims the end of the load.</summary>
    /// <returns>Whether it had not ended already; then the claimer must end it.</returns>
    public bool TryBeginEnd() => !Interlocked.Exchange(ref _isEnding, true);

    /// <summary>Ends the load with an exception, after <see cref="TryBeginEnd"/>.</summary>
    public abstract void EndWith(Exception exception);

    /// <summary>Ends the load with an exception, unless it has ended already.</summary>
    public void Fail(Exception exception)
    {
        if (TryBeginEnd())
        {
            EndWith(exception);
        }
    }

    private enum Phase : byte
    {
        Beginning,
        Begun,
        Found,
        Inconclusive,
    }
}
