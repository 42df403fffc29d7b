using Larder.Diagnostics;

namespace Larder.Loading;

/// <summary>Which load a caller waits for, and how.</summary>
internal sealed partial class Loader
{
    /// <summary>
    /// Tells whether a caller may join a load without having looked itself what is there: it has looked in the memory that is all there is, or would be told
    /// of what others do to the key as it is told of it for copies.
    /// </summary>
    private bool NeedNotLook<TState, T>(LoadRequest<TState, T> request, CacheResult<T>? known) =>
        (known is { } nothing ? !nothing.HasAny && !nothing.HasOtherType : _tier.MemoryTrust is { IsOpen: true })
        && request is { IsForced: false, Tiers: CacheTiers.All } && _tier.IsEnabled && LoadCycles.Current is null;

    /// <summary>Joins a load under way without having looked what is there, where that is as good.</summary>
    public JoinedCaller<T>? TryJoin<TState, T>(LoadRequest<TState, T> request, CacheResult<T>? known, CancellationToken cancellationToken)
    {
        if (!NeedNotLook(request, known) || cancellationToken.IsCancellationRequested || !_running.TryGet(request.Place, out var running)
            || running is not Load<T> { StartsFromNothing: true } load)
        {
            return null;
        }

        var joinedAt = JoinClock(load, isFirst: true);
        if (!load.TryJoin())
        {
            return null;
        }

        Counters.Increment(Counter.Misses);
        Counters.Increment(Counter.JoinedLoads);
        var caller = new JoinedCaller<TState, T>(this, load, request, joinedAt, cancellationToken);
        caller.Start();
        return caller;
    }

    /// <summary>Loads for a caller that has been counted, and waited for a load that was not for it.</summary>
    public async ValueTask<CacheResult<T>> LoadAfterJoiningAsync<TState, T>(LoadRequest<TState, T> request, CancellationToken cancellationToken) =>
        (await JoinOrStartAsync(request, default, hasJoined: true, softTimeout: null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault();

    private async ValueTask<CacheResult<T>?> JoinOrStartAsync<TState, T>(
        LoadRequest<TState, T> request, CacheResult<T> present, bool hasJoined, TimeSpan? softTimeout, CancellationToken cancellationToken)
    {
        LoadCycles.ThrowIfWithin(this, request.Key);
        Load<T>? mine = null;

        // Only the first load that is found can have begun before the caller came.
        for (var isFirst = !hasJoined; ; isFirst = false)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
            Load? running = null;
            if (_tier.IsEnabled && _running.TryGet(request.Place, out running))
            {
                var joinedAt = JoinClock(running, isFirst);
                if (running is Load<T> other && other.TryJoin())
                {
                    CountJoin(ref hasJoined);
                    var result = await WaitAsync(other, softTimeout, cancellationToken).ConfigureAwait(false);
                    if (result is { } ended && !MayTake(ended, other, joinedAt))
                    {
                        continue;
                    }

                    return result;
                }

                if (running is { IsEnding: true, IsCurrent: true })
                {
                    CountJoin(ref hasJoined);
                    if (!await EndsAsync(running, softTimeout, cancellationToken).ConfigureAwait(false))
                    {
                        return null;
                    }

                    continue;
                }
            }

            // There is no other load, or it is of another type, has been abandoned, or loads what was invalidated since: it must not be joined.
            mine ??= Create<T>(request.Place, isRefresh: false, LoadCycles.Current, request.Settings);
            mine.StartsFromNothing = !present.HasAny;
            if (TryPublish(mine, running))
            {
                return await StartAndWaitAsync(mine, request, present, request.IsForced, softTimeout, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void CountJoin(ref bool hasJoined)
    {
        if (!hasJoined)
        {
            hasJoined = true;
            Counters.Increment(Counter.JoinedLoads);
        }
    }

    /// <summary>In place of the clock of the tags: the load began after the caller came, and is for it in any case.</summary>
    private const long BeganLater = -1;

    /// <summary>In place of the clock of the tags: the load is not for the caller, which only waits for its end.</summary>
    private const long BeganEarlier = long.MaxValue;

    /// <summary>Gets the clock of the tags when a caller joins a load, or what stands in its place. Of a load without a ticket, nothing has been read that will be used.</summary>
    /// <param name="load">The load.</param>
    /// <param name="isFirst">Whether it is the first that the caller has found.</param>
    private long JoinClock(Load load, bool isFirst) =>
        !isFirst || load.Ticket is not { IsTaken: false } ticket ? BeganLater
        : _tier.JoinsOnlyLater(ticket) ? BeganEarlier
        : _tier.TagClock;

    /// <summary>Tells whether there may have been a change between the beginning of a load and the coming of a caller that joined it, of which nothing was heard.</summary>
    private static bool MayBeOvertaken(Load load, long joinedAt) => joinedAt == BeganEarlier || (joinedAt != BeganLater && load.Ticket is { IsOvertaken: true });

    /// <summary>Tells whether the result of a joined load is one for the caller that joined it.</summary>
    public static bool MayTake<T>(CacheResult<T> result, Load load, long joinedAt) =>
        result.HasValue // A load of many keys may find nothing for one of them.
        && !MayBeOvertaken(load, joinedAt)
        && ((result.Version != 0 && !load.HasFound) || joinedAt <= (load.Ticket?.StartClock ?? joinedAt)); // Else a tag was invalidated before the caller came, perhaps one that only the loader knew of.

    /// <summary>Waits until a load has ended, as one who does not want its result.</summary>
    /// <returns>Whether it ended within the time.</returns>
    private async ValueTask<bool> EndsAsync(Load load, TimeSpan? softTimeout, CancellationToken cancellationToken)
    {
        await load.Ended.WaitAsync(softTimeout ?? Timeout.InfiniteTimeSpan, _clock.Provider, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return load.IsCompleted;
    }

    /// <summary>Makes a load the one that others join; where nothing is cached, each call makes its own.</summary>
    private bool TryPublish(Load load, Load? instead) =>
        !_tier.IsEnabled || _running.TryPut(load, instead);

    private ValueTask<CacheResult<T>?> StartAndWaitAsync<TState, T>(
        Load<T> load, LoadRequest<TState, T> request, CacheResult<T> present, bool isForced, TimeSpan? softTimeout, CancellationToken cancellationToken)
    {
        // The loader runs in the flow of this caller, which nevertheless waits no longer than it wants to. The run never throws.
        _ = RunAsync(load, request, present, isForced);
        return WaitAsync(load, softTimeout, cancellationToken);
    }

    private ValueTask<CacheResult<T>?> WaitAsync<T>(Load<T> load, TimeSpan? softTimeout, CancellationToken cancellationToken) =>
        !load.IsCompleted && LoadCycles.Current is { } waiter
            ? WaitWithinAsync(waiter, load, softTimeout, cancellationToken)
            : load.WaitAsync(softTimeout, _clock.Provider, cancellationToken);

    /// <summary>Waits from within the loader of another load, for which the two must not be waiting for each other.</summary>
    private async ValueTask<CacheResult<T>?> WaitWithinAsync<T>(LoadScope waiter, Load<T> load, TimeSpan? softTimeout, CancellationToken cancellationToken)
    {
        try
        {
            LoadCycles.BeginWait(waiter, load);
        }
        catch (InvalidOperationException)
        {
            load.Leave();
            throw;
        }

        load.Scope.LeaveQueue();
        try
        {
            return await load.WaitAsync(softTimeout, _clock.Provider, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            LoadCycles.EndWait(waiter, load);
        }
    }
}
