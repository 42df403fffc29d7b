using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Invalidation;
using Larder.Keys;

namespace Larder.Views;

internal sealed partial class CacheView
{
    public IAsyncEnumerable<string> KeysAsync(string pattern = "*", CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        var filter = _keys.Filter(pattern);
        return _keys.Prefix.Length == 0 ? _core.Tier.KeysAsync(filter, cancellationToken) : StripAsync(filter, cancellationToken);
    }

    public async ValueTask<long> CountAsync(CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        long count = 0;
        await foreach (var _ in _core.Tier.KeysAsync(_keys.Everything, cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }

    public ValueTask<long> RemoveByPatternAsync(string pattern, CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        return RemoveAllAsync(_keys.Filter(pattern), InvalidationTarget.Pattern, progress: null, cancellationToken);
    }

    public ValueTask<long> RemoveByPatternAsync(string pattern, IProgress<long> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _core.ThrowIfDisposed();
        return RemoveAllAsync(_keys.Filter(pattern), InvalidationTarget.Pattern, progress, cancellationToken);
    }

    public ValueTask<long> ClearAsync(CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        return RemoveAllAsync(_keys.Everything, InvalidationTarget.All, progress: null, cancellationToken);
    }

    public ValueTask<long> ClearAsync(IProgress<long> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _core.ThrowIfDisposed();
        return RemoveAllAsync(_keys.Everything, InvalidationTarget.All, progress, cancellationToken);
    }

    public async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        _core.RequireTag(tag);
        await RemoveByKnownTagAsync(tag, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask InvalidateAsync(InvalidationGroup group, InvalidationMode mode = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(group);
        _core.ThrowIfDisposed();
        foreach (var tag in group.Tags)
        {
            _core.RequireTag(tag);
        }

        var plan = new InvalidationPlan(_keys.ResolveMany(group.Keys), [.. group.Patterns.Select(_keys.Filter)], [.. group.Tags]);
        return _core.Invalidator.InvalidateAsync(plan, mode, cancellationToken);
    }

    public ValueTask<CacheLock?> TryAcquireLockCoreAsync(CacheKey name, LockMode mode, LockLease lease, CancellationToken cancellationToken)
    {
        var full = Resolve(name);
        RequireLease(lease);
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Locks.TryAcquireAsync(full, mode, lease, cancellationToken);
    }

    public ValueTask<CacheLock> AcquireLockCoreAsync(CacheKey name, LockMode mode, LockLease lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        var full = Resolve(name);
        RequireLease(lease);
        Limits.RequirePositive(wait, nameof(wait));
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Locks.AcquireAsync(full, mode, lease, wait, cancellationToken);
    }

    public ICache WithPrefix(string prefix) => new CacheView(_core, _keys.Within(prefix), _timeToLive, _tiers);

    public ICache WithTimeToLive(TimeSpan timeToLive)
    {
        Limits.RequirePositive(timeToLive, nameof(timeToLive));
        return new CacheView(_core, _keys, timeToLive, _tiers);
    }

    public ICache PastMemory() => new CacheView(_core, _keys, _timeToLive, CacheTiers.Shared);

    public ICache<T> For<T>() => new CacheView<T>(this);

    private static void RequireLease(LockLease lease)
    {
        Limits.RequirePositive(lease.Duration, nameof(lease), nameof(lease));
        if (lease.Duration > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(lease), lease.Duration, $"The lease is {lease.Duration}, and must be at most one day: it is renewed while the lock is held, and only bounds how long a dead holder blocks others.");
        }

        if (lease.MaxHold is { } maxHold)
        {
            Limits.RequirePositive(maxHold, nameof(LockLease.MaxHold), nameof(lease));
        }
    }

    private async ValueTask<long> RemoveAllAsync(KeyFilter filter, InvalidationTarget target, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var removed = await _core.Tier.RemoveAllAsync(filter, progress, cancellationToken).ConfigureAwait(false);
        _core.Counters.Add(Counter.Removes, removed);
        _core.Diagnostics.Events.OnInvalidated(target, target == InvalidationTarget.All ? filter.Prefix : filter.Prefix + filter.Pattern.Text);
        progress?.Report(removed);
        return removed;
    }

    private async IAsyncEnumerable<string> StripAsync(KeyFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var key in _core.Tier.KeysAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            yield return _keys.Strip(key);
        }
    }
}
