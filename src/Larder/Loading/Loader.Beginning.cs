using Larder.Tiers;

namespace Larder.Loading;

/// <summary>How a load begins: with a ticket of the tier, and a look whether it is still needed.</summary>
internal sealed partial class Loader
{
    /// <summary>
    /// How often a load takes another ticket because the one it has was voided before its loader was called. A server tells of the end of an expired entry just when a lease takes its place.
    /// </summary>
    private const int MaxVoidedBegins = 3;

    /// <summary>Takes a ticket that stores nothing: who could not be asked a moment ago is not waited for again.</summary>
    private CacheResult<T> BeginUnstored<T>(Load<T> load, string[]? tags)
    {
        load.Ticket = _tier.BeginUnstoredFill(load.Key, tags);
        load.Begin();
        return default;
    }

    /// <summary>Takes the ticket of a load, and looks whether another load has stored a value since its caller looked.</summary>
    /// <param name="load">The load.</param>
    /// <param name="tags">The tags that are known to matter.</param>
    /// <param name="isOwn">Whether the load concerns the memory of this process only.</param>
    /// <param name="tiers">Where to look.</param>
    /// <param name="mode">What to do when another process loads the key.</param>
    /// <param name="presentVersion">The version of what the caller has seen, and does not want; a negative number where any will do.</param>
    /// <returns>The value of the other load; nothing where this one is to go on.</returns>
    private async ValueTask<CacheResult<T>> BeginAsync<T>(Load<T> load, string[]? tags, bool isOwn, CacheTiers tiers, FillMode mode, long presentVersion)
    {
        FillTicket? previous = null;
        var voided = 0;
        while (true)
        {
            var ticket = isOwn ? _tier.BeginOwnFill(load.Key, tags) : await BeginFillAsync(load.Key, tags, mode, previous, load.Scope.Token).ConfigureAwait(false);
            load.Ticket = ticket;
            if (ticket.IsTaken)
            {
                return default;
            }

            if (mode == FillMode.Always)
            {
                // Who has not read is told of no change.
                ticket.IsUntold = true;
                load.Begin();
                return default;
            }

            // The ticket is taken by now: a change that this read may miss voids it.
            var found = await ReadAsync<T>(load.Key, ReadIntent.Peek, tiers, load.Scope.Token).ConfigureAwait(false);
            ticket.IsUntold |= found.IsUnavailable;
            var isFound = found is { HasValue: true, IsStale: false } && found.RawVersion != presentVersion;
            var stands = load.TryBegin();
            if (stands && isFound)
            {
                return found;
            }

            if (!ticket.HasWaited && (stands || ++voided > MaxVoidedBegins))
            {
                load.Begin();
                return default;
            }

            load.BeginAgain();
            await AbandonFillAsync(ticket).ConfigureAwait(false);
            previous = ticket.HasWaited ? ticket : previous;
        }
    }

    /// <summary>Gets whether what is loaded is kept in this process only, so that no other is to be asked or told.</summary>
    private bool IsOwn(EntrySettings settings) => settings.Tiers == CacheTiers.Memory && _tier.HoldsOwn;

    private static FillMode ModeOf(LoadScope scope, bool isForced, bool isInBackground) =>
        isForced ? FillMode.Always
        : isInBackground ? FillMode.Skip
        : scope.IsNested ? FillMode.WaitBriefly
        : FillMode.Wait;

    private ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, FillMode mode, FillTicket? previous, CancellationToken cancellationToken) =>
        _memory is null ? BeginFillElsewhereAsync(key, tags, mode, previous, cancellationToken) : new(_memory.BeginFill(key, tags));

    private async ValueTask<FillTicket> BeginFillElsewhereAsync(string key, string[]? tags, FillMode mode, FillTicket? previous, CancellationToken cancellationToken)
    {
        try
        {
            return await _tier.BeginFillAsync(key, tags, mode, previous, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not CacheLoadException)
        {
            _diagnostics.TierFailed("begin fill", key, exception);
            return _tier.BeginUnstoredFill(key, tags);
        }
    }
}
