namespace Larder;

/// <summary>For how long a lock is held without and with renewal. A value type; a <see cref="TimeSpan"/> converts to it.</summary>
public readonly record struct LockLease
{
    /// <summary>Makes a lease.</summary>
    /// <param name="duration">How long the lock outlives a holder that stops renewing it. Above zero, at most 1 day.</param>
    public LockLease(TimeSpan duration) => Duration = duration;

    /// <summary>Gets how long the lock outlives a holder that stops renewing it; it is renewed at each third of this. Above zero, at most 1 day.</summary>
    public TimeSpan Duration { get; }

    /// <summary>
    /// Gets how long the lock is held at most: it is not renewed beyond, and then it is lost. Above zero. Default: <see langword="null"/>, until it is released. Bounds
    /// what a holder that hangs can block.
    /// </summary>
    public TimeSpan? MaxHold { get; init; }

    /// <summary>Makes a lease of a duration.</summary>
    /// <param name="duration">The duration.</param>
    public static implicit operator LockLease(TimeSpan duration) => new(duration);
}
