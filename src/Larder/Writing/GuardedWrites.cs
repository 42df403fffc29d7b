using Larder.Diagnostics;
using Larder.Tiers;

namespace Larder.Writing;

/// <summary>
/// Writes that another place accepts first, a source or a journal, and that the cache then follows. Whatever order two writers come in, and wherever one of them
/// fails, the cache has the value that was accepted last, or none.
/// </summary>
/// <remarks>
/// In this process the writers of a key go one after another. Against all others a ticket decides: it is taken before the place is asked, anything that
/// happens to the key in between voids it, and a writer whose ticket is void removes the key. So of two writers that overlap one at most stores, and
/// if one does not, it removes what the other stored. See docs/decisions/0015-write-through-by-tickets.md.
/// </remarks>
internal sealed class GuardedWrites : IDisposable
{
    private readonly KeyGates _gates = new();
    private readonly CacheTier _tier;
    private readonly CacheDiagnostics _diagnostics;
    private readonly LateRemovals _late;

    public GuardedWrites(CacheTier tier, CacheClock clock, CacheDiagnostics diagnostics)
    {
        _tier = tier;
        _diagnostics = diagnostics;
        _late = new LateRemovals(key => RemoveNowAsync(key), clock.Provider);
    }

    /// <summary>Has a value accepted elsewhere, then stores it.</summary>
    /// <param name="key">The full key.</param>
    /// <param name="value">The value.</param>
    /// <param name="write">How it is stored.</param>
    /// <param name="accept">Has it accepted.</param>
    /// <param name="cancellationToken">Cancels up to the acceptance.</param>
    public async ValueTask SetAsync<T>(string key, T value, EntryWrite write, Func<CancellationToken, ValueTask> accept, CancellationToken cancellationToken)
    {
        using var gate = await _gates.EnterAsync(key, cancellationToken).ConfigureAwait(false);
        var ticket = await BeginAsync(key, write, cancellationToken).ConfigureAwait(false);
        try
        {
            await accept(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await AbandonAsync(key, ticket).ConfigureAwait(false);
            if (exception is not WriteQueueFullException)
            {
                // It may have been accepted all the same.
                await TryRemoveAsync(key).ConfigureAwait(false);
            }

            throw;
        }

        if (await TryStoreAsync(key, value, write, ticket).ConfigureAwait(false))
        {
            _diagnostics.Counters.Increment(Counter.Sets);
        }
        else
        {
            await RemoveAsync(key).ConfigureAwait(false);
        }
    }

    /// <summary>Has a deletion accepted elsewhere, and removes the entry.</summary>
    public async ValueTask DeleteAsync(string key, Func<CancellationToken, ValueTask> accept, CancellationToken cancellationToken)
    {
        using var gate = await _gates.EnterAsync(key, cancellationToken).ConfigureAwait(false);
        try
        {
            await accept(cancellationToken).ConfigureAwait(false);
        }
        catch (WriteQueueFullException)
        {
            throw;
        }
        catch
        {
            await TryRemoveAsync(key).ConfigureAwait(false);
            throw;
        }

        await RemoveAsync(key).ConfigureAwait(false);
    }

    /// <summary>Removes an entry; if the tier fails, it is removed as soon as the tier is back.</summary>
    /// <exception cref="CacheException">The tier failed, and tells of failed changes.</exception>
    public async ValueTask RemoveAsync(string key)
    {
        if (await TryRemoveAsync(key).ConfigureAwait(false) is { } failure && _tier.TellsOfFailedChanges)
        {
            throw new CacheException($"The write of '{key}' was made, but the cache could not be told of it and may hold the earlier value: {failure.Message}", failure);
        }
    }

    public void Dispose() => _late.Dispose();

    private async ValueTask<FillTicket?> BeginAsync(string key, EntryWrite write, CancellationToken cancellationToken)
    {
        try
        {
            return await _tier.BeginFillAsync(key, write.Tags, FillMode.Always, previous: null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_tier.TellsOfFailedChanges && !cancellationToken.IsCancellationRequested)
        {
            _diagnostics.TierFailed("begin write", key, exception);
            return null;
        }
    }

    private async ValueTask<bool> TryStoreAsync<T>(string key, T value, EntryWrite write, FillTicket? ticket)
    {
        try
        {
            return ticket is not null && await _tier.CompleteWriteAsync(ticket, value, write).ConfigureAwait(false) != 0;
        }
        catch (Exception exception)
        {
            _diagnostics.TierFailed("write", key, exception);
            return false;
        }
    }

    private async ValueTask AbandonAsync(string key, FillTicket? ticket)
    {
        if (ticket is null)
        {
            return;
        }

        try
        {
            await _tier.AbandonFillAsync(ticket).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A lease that stays ends by itself.
            _diagnostics.TierFailed("abandon write", key, exception);
        }
    }

    /// <summary>Removes an entry; if the tier fails, it is removed as soon as the tier is back.</summary>
    /// <returns>What the tier threw.</returns>
    private async ValueTask<Exception?> TryRemoveAsync(string key)
    {
        try
        {
            await RemoveNowAsync(key).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            _diagnostics.TierFailed("remove", key, exception);
            _late.Add(key);
            return exception;
        }
    }

    private async ValueTask RemoveNowAsync(string key)
    {
        if (await _tier.RemoveAsync(key, WriteCondition.None, CancellationToken.None).ConfigureAwait(false))
        {
            _diagnostics.Counters.Increment(Counter.Removes);
        }

        _diagnostics.Events.OnInvalidated(InvalidationTarget.Key, key);
    }
}
