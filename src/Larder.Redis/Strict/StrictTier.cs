using System.Runtime.CompilerServices;
using Larder.Inspection;
using Larder.Keys;
using Larder.Memory;
using Larder.Redis.Tier;
using Larder.Tiers;

namespace Larder.Redis.Strict;

/// <summary>
/// A cache in Redis with strict coherence: changes return when no process uses what was there before, and nothing that is cached is used without the right to. Without it, callers
/// load for themselves, each from a load that began after they came.
/// </summary>
internal sealed class StrictTier(RedisTier inner, StrictCoherence coherence, Func<CacheException?> refusal) : CacheTier
{
    public RedisTier Inner => inner;

    public override string Description => inner.Description + ", strictly coherent";

    public override CacheTier Records => inner.Records;

    public override bool OutlivesProcess => inner.OutlivesProcess;

    public override LockStore Locks => inner.Locks;

    public override IntentStore? Intents => inner.Intents;

    public override RateStore Rates => inner.Rates;

    public override string? WhyApart(string one, string other) => inner.WhyApart(one, other);

    public override long HeldEntries => inner.HeldEntries;

    public override long HeldBytes => inner.HeldBytes;

    public override MemoryEngine? Memory => inner.Memory;

    public override TrustGate? MemoryTrust => inner.MemoryTrust;

    public override LocalCopies LocalCopies => inner.LocalCopies;

    public override bool IsStrict => inner.IsStrict;

    public override bool TellsOfFailedChanges => true;

    public override bool JoinsOnlyLater(FillTicket running) => !coherence.HasLease || inner.JoinsOnlyLater(running);

    public override long TagClock => inner.TagClock;

    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        await inner.StartAsync(cancellationToken).ConfigureAwait(false);
        Require();
        await inner.AwaitLeaseAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<TierCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var check = await inner.CheckAsync(cancellationToken).ConfigureAwait(false);
        return check.Problem is null && !coherence.HasLease ? new TierCheck(IsAway: false, $"{Description}: this process has no right to use what is cached at the moment, and loads for itself") : check;
    }

    public override bool HoldsOwn => inner.HoldsOwn;

    public override ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken) =>
        ReadAsync<T>(key, intent, CacheTiers.All, cancellationToken);

    public override ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CacheTiers tiers, CancellationToken cancellationToken) => coherence.HasLease || tiers == CacheTiers.Memory
        ? inner.ReadAsync<T>(key, intent, tiers, cancellationToken)
        : ReadWithoutLeaseAsync<T>(key, intent, tiers, cancellationToken);

    public override async ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (write.SkipsShared)
        {
            // Of no concern to others.
            return await inner.WriteAsync(key, value, write, condition, cancellationToken).ConfigureAwait(false);
        }

        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        var result = await inner.WriteAsync(key, value, write, condition, cancellationToken).ConfigureAwait(false);
        await coherence.SyncAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken) =>
        ThenSyncAsync(() => inner.RemoveAsync(key, condition, cancellationToken), cancellationToken);

    public override ValueTask<bool> MarkStaleAsync(string key, CancellationToken cancellationToken) =>
        ThenSyncAsync(() => inner.MarkStaleAsync(key, cancellationToken), cancellationToken);

    public override async ValueTask<bool> TouchAsync(string key, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        return coherence.HasLease && await inner.TouchAsync(key, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken) =>
        GetTimeToLiveAsync(key, CacheTiers.All, cancellationToken);

    public override async ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CacheTiers tiers, CancellationToken cancellationToken)
    {
        if (coherence.HasLease)
        {
            return await inner.GetTimeToLiveAsync(key, tiers, cancellationToken).ConfigureAwait(false);
        }

        Require();
        await inner.AwaitLeaseAsync(cancellationToken).ConfigureAwait(false);
        return coherence.HasLease ? await inner.GetTimeToLiveAsync(key, tiers, cancellationToken).ConfigureAwait(false) : EntryTimeToLive.Absent;
    }

    public override ValueTask<bool> ExpireAsync(string key, long timeToLiveMs, CancellationToken cancellationToken) =>
        ThenSyncAsync(() => inner.ExpireAsync(key, timeToLiveMs, cancellationToken), cancellationToken);

    public override ValueTask<long> IncrementAsync(string key, long by, EntryWrite write, CancellationToken cancellationToken) =>
        ThenSyncAsync(() => inner.IncrementAsync(key, by, write, cancellationToken), cancellationToken);

    public override IAsyncEnumerable<string> KeysAsync(KeyFilter filter, CancellationToken cancellationToken) => inner.KeysAsync(filter, cancellationToken);

    public override ValueTask<long> RemoveAllAsync(KeyFilter filter, IProgress<long>? progress, CancellationToken cancellationToken) =>
        ThenSyncAsync(() => inner.RemoveAllAsync(filter, progress, cancellationToken), cancellationToken);

    public override async ValueTask MarkAllStaleAsync(KeyFilter filter, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        await inner.MarkAllStaleAsync(filter, cancellationToken).ConfigureAwait(false);
        await coherence.SyncAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask InvalidateTagAsync(string tag, bool isLazy, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        await inner.InvalidateTagAsync(tag, isLazy, cancellationToken).ConfigureAwait(false);
        await coherence.SyncAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, FillMode mode, FillTicket? previous, CancellationToken cancellationToken)
    {
        if (!coherence.HasLease && mode == FillMode.Always)
        {
            // Nobody has read before, and waited for the first lease.
            await PrepareAsync(cancellationToken).ConfigureAwait(false);
        }

        return coherence.HasLease ? await inner.BeginFillAsync(key, tags, mode, previous, cancellationToken).ConfigureAwait(false) : inner.BeginUnstoredFill(key, tags);
    }

    public override FillTicket BeginOwnFill(string key, string[]? tags) => inner.BeginOwnFill(key, tags);

    public override FillTicket BeginUnstoredFill(string key, string[]? tags) => inner.BeginUnstoredFill(key, tags);

    public override ValueTask<long> CompleteFillAsync<T>(FillTicket ticket, T value, EntryWrite write, CancellationToken cancellationToken) =>
        inner.CompleteFillAsync(ticket, value, write, cancellationToken);

    public override async ValueTask<long> CompleteWriteAsync<T>(FillTicket ticket, T value, EntryWrite write)
    {
        var version = await inner.CompleteWriteAsync(ticket, value, write).ConfigureAwait(false);
        if (version != 0)
        {
            await coherence.SyncAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return version;
    }

    public override ValueTask AbandonFillAsync(FillTicket ticket) => inner.AbandonFillAsync(ticket);

    public override ValueTask<bool> CommitAsync(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes, CancellationToken cancellationToken) =>
        ThenSyncAsync(() => inner.CommitAsync(conditions, writes, cancellationToken), cancellationToken);

    public override ValueTask<EntryPage> ScanAsync(EntryScan scan, KeyFilter filter, CancellationToken cancellationToken) => inner.ScanAsync(scan, filter, cancellationToken);

    public override ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

    public override ValueTask<HeldValue?> ReadHeldAsync(string key, CancellationToken cancellationToken) => inner.ReadHeldAsync(key, cancellationToken);

    public override ValueTask<TagPage> TagsAsync(GlobPattern pattern, string? cursor, CancellationToken cancellationToken) => inner.TagsAsync(pattern, cursor, cancellationToken);

    public override ValueTask<DateTimeOffset?> TimeAsync(CancellationToken cancellationToken) => inner.TimeAsync(cancellationToken);

    public override ValueTask<IReadOnlyList<TierReport>> ReportAsync(CancellationToken cancellationToken) => inner.ReportAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        coherence.Dispose();
        await inner.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Makes a change, and waits until no process uses what was there before.</summary>
    private async ValueTask<T> ThenSyncAsync<T>(Func<ValueTask<T>> change, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        var result = await change().ConfigureAwait(false);
        await coherence.SyncAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>Makes contact, so that the lease comes, and finds nothing unless it is the first and comes soon.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheResult<T>> ReadWithoutLeaseAsync<T>(string key, ReadIntent intent, CacheTiers tiers, CancellationToken cancellationToken)
    {
        Require();
        await inner.AwaitLeaseAsync(cancellationToken).ConfigureAwait(false);
        return coherence.HasLease ? await inner.ReadAsync<T>(key, intent, tiers, cancellationToken).ConfigureAwait(false) : CacheResult<T>.Unavailable;
    }

    /// <summary>Waits for the first contact: what is stored before it is known which server it is cannot be read.</summary>
    private ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        Require();
        return coherence.HasLease ? default : inner.AwaitLeaseAsync(cancellationToken);
    }

    private void Require()
    {
        if (refusal() is { } exception)
        {
            throw exception;
        }
    }
}
