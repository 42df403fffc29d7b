namespace Larder;

/// <content>Locks by their kinds.</content>
public partial interface ICache
{
    /// <summary>Acquires a lock if it is free: one holder at a time.</summary>
    /// <param name="name">The name; locks, reader/writer locks, semaphores and entries do not share names.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it: a <see cref="TimeSpan"/>, above zero, at most 1 day.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>The lock, or <see langword="null"/> when others hold it.</returns>
    /// <exception cref="CacheException">The store could not be asked.</exception>
    sealed ValueTask<CacheLock?> TryAcquireLockAsync(CacheKey name, LockLease lease, CancellationToken cancellationToken = default) =>
        TryAcquireLockCoreAsync(name, LockMode.Exclusive, lease, cancellationToken);

    /// <summary>Acquires a lock, and waits for it while others hold it: one holder at a time.</summary>
    /// <param name="name">The name; locks, reader/writer locks, semaphores and entries do not share names.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it: a <see cref="TimeSpan"/>, above zero, at most 1 day.</param>
    /// <param name="wait">How long to wait at most. Above zero; <see cref="CacheTtl.Never"/> for no limit.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="TimeoutException">Others held it all the time.</exception>
    /// <exception cref="CacheException">The store could not be asked.</exception>
    sealed ValueTask<CacheLock> AcquireLockAsync(CacheKey name, LockLease lease, TimeSpan wait, CancellationToken cancellationToken = default) =>
        AcquireLockCoreAsync(name, LockMode.Exclusive, lease, wait, cancellationToken);

    /// <summary>Acquires the reading side of a reader/writer lock if it is free: any number of readers at a time, and no writer; a reader that comes while a writer waits goes behind it.</summary>
    /// <param name="name">The name; locks, reader/writer locks, semaphores and entries do not share names.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it: a <see cref="TimeSpan"/>, above zero, at most 1 day.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>The lock, or <see langword="null"/> when others hold it.</returns>
    /// <exception cref="CacheException">The store could not be asked.</exception>
    sealed ValueTask<CacheLock?> TryAcquireReadLockAsync(CacheKey name, LockLease lease, CancellationToken cancellationToken = default) =>
        TryAcquireLockCoreAsync(name, LockMode.Read, lease, cancellationToken);

    /// <summary>Acquires the reading side of a reader/writer lock, and waits for it while others hold it: any number of readers at a time, and no writer; a reader that comes while a writer waits goes behind it.</summary>
    /// <param name="name">The name; locks, reader/writer locks, semaphores and entries do not share names.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it: a <see cref="TimeSpan"/>, above zero, at most 1 day.</param>
    /// <param name="wait">How long to wait at most. Above zero; <see cref="CacheTtl.Never"/> for no limit.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="TimeoutException">Others held it all the time.</exception>
    /// <exception cref="CacheException">The store could not be asked.</exception>
    sealed ValueTask<CacheLock> AcquireReadLockAsync(CacheKey name, LockLease lease, TimeSpan wait, CancellationToken cancellationToken = default) =>
        AcquireLockCoreAsync(name, LockMode.Read, lease, wait, cancellationToken);

    /// <summary>Acquires the writing side of a reader/writer lock if it is free: one writer at a time, and no reader.</summary>
    /// <param name="name">The name; locks, reader/writer locks, semaphores and entries do not share names.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it: a <see cref="TimeSpan"/>, above zero, at most 1 day.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>The lock, or <see langword="null"/> when others hold it.</returns>
    /// <exception cref="CacheException">The store could not be asked.</exception>
    sealed ValueTask<CacheLock?> TryAcquireWriteLockAsync(CacheKey name, LockLease lease, CancellationToken cancellationToken = default) =>
        TryAcquireLockCoreAsync(name, LockMode.Write, lease, cancellationToken);

    /// <summary>Acquires the writing side of a reader/writer lock, and waits for it while others hold it: one writer at a time, and no reader.</summary>
    /// <param name="name">The name; locks, reader/writer locks, semaphores and entries do not share names.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it: a <see cref="TimeSpan"/>, above zero, at most 1 day.</param>
    /// <param name="wait">How long to wait at most. Above zero; <see cref="CacheTtl.Never"/> for no limit.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="TimeoutException">Others held it all the time.</exception>
    /// <exception cref="CacheException">The store could not be asked.</exception>
    sealed ValueTask<CacheLock> AcquireWriteLockAsync(CacheKey name, LockLease lease, TimeSpan wait, CancellationToken cancellationToken = default) =>
        AcquireLockCoreAsync(name, LockMode.Write, lease, wait, cancellationToken);

    /// <summary>Acquires a permit of a counting semaphore if it is free: a number of holders at a time.</summary>
    /// <param name="name">The name; locks, reader/writer locks, semaphores and entries do not share names.</param>
    /// <param name="permits">How many hold it at a time; the same for all who use the name. 1 to <see cref="LockMode.MaxPermits"/>.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it: a <see cref="TimeSpan"/>, above zero, at most 1 day.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>The lock, or <see langword="null"/> when others hold it.</returns>
    /// <exception cref="CacheException">The store could not be asked.</exception>
    sealed ValueTask<CacheLock?> TryAcquireSemaphoreAsync(CacheKey name, int permits, LockLease lease, CancellationToken cancellationToken = default) =>
        TryAcquireLockCoreAsync(name, LockMode.Semaphore(permits), lease, cancellationToken);

    /// <summary>Acquires a permit of a counting semaphore, and waits for it while others hold it: a number of holders at a time.</summary>
    /// <param name="name">The name; locks, reader/writer locks, semaphores and entries do not share names.</param>
    /// <param name="permits">How many hold it at a time; the same for all who use the name. 1 to <see cref="LockMode.MaxPermits"/>.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it: a <see cref="TimeSpan"/>, above zero, at most 1 day.</param>
    /// <param name="wait">How long to wait at most. Above zero; <see cref="CacheTtl.Never"/> for no limit.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="TimeoutException">Others held it all the time.</exception>
    /// <exception cref="CacheException">The store could not be asked.</exception>
    sealed ValueTask<CacheLock> AcquireSemaphoreAsync(CacheKey name, int permits, LockLease lease, TimeSpan wait, CancellationToken cancellationToken = default) =>
        AcquireLockCoreAsync(name, LockMode.Semaphore(permits), lease, wait, cancellationToken);
}
