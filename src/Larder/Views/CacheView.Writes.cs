using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Tiers;

namespace Larder.Views;

internal sealed partial class CacheView
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SetAsync<T>(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        if (CacheMetrics.BeginTimed())
        {
            await TimeAsync("set", Now(), WriteAsync(key, value, options, WriteCondition.None, cancellationToken)).ConfigureAwait(false);
        }
        else
        {
            await WriteAsync(key, value, options, WriteCondition.None, cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask<bool> AddAsync<T>(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        IsWrittenAsync(WriteAsync(key, value, options, WriteCondition.Absent, cancellationToken));

    public ValueTask<bool> ReplaceAsync<T>(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        IsWrittenAsync(WriteAsync(key, value, options, WriteCondition.Present, cancellationToken));

    public ValueTask<bool> CompareAndSetAsync<T>(CacheKey key, T value, long expectedVersion, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        IsWrittenAsync(WriteAsync(key, value, options, WriteCondition.HasVersion(expectedVersion), cancellationToken));

    public async ValueTask<CacheResult<T>> ExchangeAsync<T>(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        var write = ToWrite(options) with { ReturnsPrevious = true };
        var previous = (await WriteAsync(Resolve(key), value, write, WriteCondition.None, cancellationToken).ConfigureAwait(false)).Previous;
        return previous.HasValue ? previous : default;
    }

    public ValueTask<T> UpdateAsync<T>(CacheKey key, Func<CacheResult<T>, T> update, CacheEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        return UpdateAsync(Resolve(key), update, ToWrite(options), cancellationToken);
    }

    public ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var full = Resolve(key);
        return CacheMetrics.BeginTimed()
            ? TimeAsync("remove", Now(), RemoveAsync(full, WriteCondition.None, cancellationToken))
            : RemoveAsync(full, WriteCondition.None, cancellationToken);
    }

    public ValueTask<bool> CompareAndRemoveAsync(CacheKey key, long expectedVersion, CancellationToken cancellationToken = default)
    {
        var full = Resolve(key);
        return expectedVersion == 0 ? new(false) : RemoveAsync(full, WriteCondition.HasVersion(expectedVersion), cancellationToken);
    }

    public async ValueTask<bool> ExistsAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        (await GetTimeToLiveAsync(key, cancellationToken).ConfigureAwait(false)).Exists;

    public ValueTask<EntryTimeToLive> GetTimeToLiveAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var full = Resolve(key);
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Loader.GetTimeToLiveAsync(full, _tiers, cancellationToken);
    }

    public ValueTask<bool> ExpireAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        var full = Resolve(key);
        var milliseconds = Loading.EntrySettings.Milliseconds(timeToLive, nameof(timeToLive));
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Tier.ExpireAsync(full, milliseconds, cancellationToken);
    }

    public ValueTask<bool> PersistAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        var full = Resolve(key);
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Tier.ExpireAsync(full, EntryWrite.Never, cancellationToken);
    }

    public async ValueTask<long> IncrementAsync(CacheKey key, long by = 1, CacheEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        var full = Resolve(key);
        cancellationToken.ThrowIfCancellationRequested();
        var sum = await _core.Tier.IncrementAsync(full, by, ToWrite(options), cancellationToken).ConfigureAwait(false);
        _core.Counters.Increment(Counter.Sets);
        return sum;
    }

    public CacheTransaction CreateTransaction()
    {
        _core.ThrowIfDisposed();
        return new CacheTransaction(this);
    }

    /// <summary>Commits a transaction made by this view.</summary>
    public async ValueTask<bool> CommitAsync(List<TransactionCondition> conditions, List<TransactionWrite> writes, CancellationToken cancellationToken)
    {
        _core.ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        var isCommitted = await _core.Tier.CommitAsync(conditions, writes, cancellationToken).ConfigureAwait(false);
        if (isCommitted)
        {
            _core.Counters.Add(Counter.Sets, writes.Count(write => !write.IsRemoval));
            foreach (var removal in writes.Where(write => write.IsRemoval))
            {
                _core.Diagnostics.Events.OnInvalidated(InvalidationTarget.Key, removal.Key);
            }
        }

        return isCommitted;
    }

    private static async ValueTask<bool> IsWrittenAsync<T>(ValueTask<WriteResult<T>> write) => (await write.ConfigureAwait(false)).Version != 0;

    private ValueTask<WriteResult<T>> WriteAsync<T>(CacheKey key, T value, CacheEntryOptions options, WriteCondition condition, CancellationToken cancellationToken) =>
        WriteAsync(Resolve(key), value, ToWrite(options), condition, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = _core.Tier.Stores(write)
            ? await _core.Tier.WriteAsync(key, value, write, condition, cancellationToken).ConfigureAwait(false)
            : await WriteNowhereAsync<T>(key, write, condition, cancellationToken).ConfigureAwait(false);
        if (result.Version != 0)
        {
            _core.Counters.Increment(Counter.Sets);
        }

        return result;
    }

    /// <summary>Takes away what a value replaces that is to be kept nowhere.</summary>
    private async ValueTask<WriteResult<T>> WriteNowhereAsync<T>(string key, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        var previous = write.ReturnsPrevious ? await _core.Tier.ReadAsync<T>(key, ReadIntent.Peek, cancellationToken).ConfigureAwait(false) : default;
        var isWritten = condition.Kind == WriteConditionKind.Absent
            ? !(await _core.Tier.GetTimeToLiveAsync(key, cancellationToken).ConfigureAwait(false)).Exists
            : await _core.Tier.RemoveAsync(key, condition, cancellationToken).ConfigureAwait(false) || condition.Kind == WriteConditionKind.None;
        return new WriteResult<T>(isWritten ? 1 : 0, previous);
    }

    private async ValueTask<T> UpdateAsync<T>(string key, Func<CacheResult<T>, T> update, EntryWrite write, CancellationToken cancellationToken)
    {
        var tiers = TiersOf(write is { SkipsShared: true, SkipsMemory: false } ? CacheTiers.Memory : CacheTiers.All);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var current = await _core.Tier.ReadAsync<T>(key, ReadIntent.Peek, tiers, cancellationToken).ConfigureAwait(false);
            var next = update(current.HasValue ? current : default);
            var condition = current.HasValue || current.HasOtherType ? WriteCondition.HasVersion(current.RawVersion) : WriteCondition.Absent;
            if ((await WriteAsync(key, next, write, condition, cancellationToken).ConfigureAwait(false)).Version != 0)
            {
                return next;
            }
        }
    }

    private async ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var isRemoved = await _core.Tier.RemoveAsync(key, condition, cancellationToken).ConfigureAwait(false);
        if (isRemoved)
        {
            _core.Counters.Increment(Counter.Removes);
        }

        if (isRemoved || condition.Kind == WriteConditionKind.None)
        {
            _core.Diagnostics.Events.OnInvalidated(InvalidationTarget.Key, key);
        }

        return isRemoved;
    }
}
