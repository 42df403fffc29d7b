using Larder.Keys;

namespace Larder.Tiers;

/// <summary>A tier that holds nothing: every read misses and every write is accepted and forgotten.</summary>
internal sealed class NoTier(CacheTier records) : CacheTier
{
    public override string Description => "nothing: caching is disabled";

    /// <summary>Locks lock all the same.</summary>
    public override CacheTier Records => records;

    public override bool IsEnabled => false;

    public override long HeldEntries => 0;

    public override long HeldBytes => 0;

    public override ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken) => default;

    public override ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken) =>
        new(new WriteResult<T>(condition.Holds(0) ? 1 : 0, default));

    public override ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken) => new(false);

    public override ValueTask<bool> MarkStaleAsync(string key, CancellationToken cancellationToken) => new(false);

    public override ValueTask<bool> TouchAsync(string key, CancellationToken cancellationToken) => new(false);

    public override ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken) => new(EntryTimeToLive.Absent);

    public override ValueTask<bool> ExpireAsync(string key, long timeToLiveMs, CancellationToken cancellationToken) => new(false);

    public override ValueTask<long> IncrementAsync(string key, long by, EntryWrite write, CancellationToken cancellationToken) => new(by);

    public override async IAsyncEnumerable<string> KeysAsync(KeyFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield break;
    }

    public override ValueTask<long> RemoveAllAsync(KeyFilter filter, IProgress<long>? progress, CancellationToken cancellationToken) => new(0L);

    public override ValueTask MarkAllStaleAsync(KeyFilter filter, CancellationToken cancellationToken) => default;

    public override ValueTask InvalidateTagAsync(string tag, bool isLazy, CancellationToken cancellationToken) => default;

    public override ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, FillMode mode, FillTicket? previous, CancellationToken cancellationToken) => new(new FillTicket(key));

    public override ValueTask<long> CompleteFillAsync<T>(FillTicket ticket, T value, EntryWrite write, CancellationToken cancellationToken) => new(0L);

    public override ValueTask AbandonFillAsync(FillTicket ticket) => default;

    public override ValueTask<bool> CommitAsync(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes, CancellationToken cancellationToken) =>
        new(conditions.All(condition => condition.Condition.Holds(0)));

    public override ValueTask DisposeAsync() => records.DisposeAsync();
}
