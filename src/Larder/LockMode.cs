using System.Globalization;
using Larder.Tiers;

namespace Larder;

/// <summary>Whom a lock shuts out. Locks, reader/writer locks and semaphores of the same name have nothing to do with each other.</summary>
public readonly record struct LockMode
{
    /// <summary>How many permits a semaphore may have.</summary>
    public const int MaxPermits = 100_000;

    private LockMode(LockKind kind, int permits)
    {
        Kind = kind;
        Permits = permits;
    }

    /// <summary>One holder at a time. The default.</summary>
    public static LockMode Exclusive => default;

    /// <summary>The reading side of a reader/writer lock: any number of readers at a time, and no writer. A reader that comes while a writer waits goes behind it.</summary>
    public static LockMode Read => new(LockKind.Read, 0);

    /// <summary>The writing side of a reader/writer lock: one writer at a time, and no reader.</summary>
    public static LockMode Write => new(LockKind.Write, 0);

    /// <summary>Gets the kind.</summary>
    internal LockKind Kind { get; }

    /// <summary>Gets how many hold a semaphore at a time.</summary>
    internal int Permits { get; }

    /// <summary>A counting semaphore: a number of holders at a time.</summary>
    /// <param name="permits">How many; the same for all who use the name. 1 to <see cref="MaxPermits"/>.</param>
    /// <returns>The mode.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of its range.</exception>
    public static LockMode Semaphore(int permits) => permits is > 0 and <= MaxPermits
        ? new LockMode(LockKind.Semaphore, permits)
        : throw new ArgumentOutOfRangeException(nameof(permits), permits, string.Create(CultureInfo.InvariantCulture, $"A semaphore was given {permits} permits; it may have 1 to {MaxPermits:N0}."));
}
