using System.Threading.RateLimiting;
using Larder.Diagnostics;
using Larder.Tiers;
using Larder.Views;

namespace Larder.RateLimiting;

/// <summary>A rate limiter whose permits are counted where the entries of a cache are. It has no queue: who is refused is told when to try again.</summary>
internal sealed class CacheRateLimiter : RateLimiter
{
    private readonly CacheCore _core;
    private readonly RateStore _store;
    private readonly string _name;
    private readonly RateLimit _limit;
    private readonly UnavailableMode _whenUnavailable;
    private long _granted;
    private long _refused;
    private long _available;
    private long _usedAt;

    public CacheRateLimiter(CacheCore core, string name, RateLimit limit, UnavailableMode whenUnavailable)
    {
        (_core, _store, _name, _limit, _whenUnavailable) = (core, core.Tier.Rates, name, limit, whenUnavailable);
        _available = limit.Permits;
        _usedAt = core.Clock.Provider.GetTimestamp();
    }

    /// <summary>Gets how long nobody has asked: what is counted is in the store, so that a limiter that nobody asks can go.</summary>
    public override TimeSpan? IdleDuration => _core.Clock.Provider.GetElapsedTime(Volatile.Read(ref _usedAt));

    /// <summary>Tells what this limiter has seen; how many permits are left is what the store said last.</summary>
    public override RateLimiterStatistics GetStatistics() => new()
    {
        CurrentAvailablePermits = Volatile.Read(ref _available),
        TotalSuccessfulLeases = Volatile.Read(ref _granted),
        TotalFailedLeases = Volatile.Read(ref _refused),
    };

    /// <summary>Asks a store in memory. Others would have to be waited for: there the answer is no, and whoever gets it asks with <c>AcquireAsync</c>, as ASP.NET does.</summary>
    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        Require(permitCount);
        return _store.TryTake(_name, _limit, permitCount, out var answer)
            ? Lease(answer)
            : new CacheRateLease(_limit, isAcquired: false, "The permits are counted in a shared store, which AcquireAsync asks.");
    }

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        Require(permitCount);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Lease(await _store.TakeAsync(_name, _limit, permitCount, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return Unchecked(exception);
        }
    }

    private void Require(int permitCount)
    {
        _core.ThrowIfDisposed();
        Volatile.Write(ref _usedAt, _core.Clock.Provider.GetTimestamp());
        if (permitCount > _limit.Permits)
        {
            throw new ArgumentOutOfRangeException(nameof(permitCount), permitCount, $"{permitCount} permits were asked for; the limit of '{_name}' is {_limit.Permits}, so that so many are never there.");
        }
    }

    private CacheRateLease Lease(RateAnswer answer)
    {
        Volatile.Write(ref _available, answer.Available);
        Count(answer.IsGranted, answer.IsGranted ? "granted" : "refused");
        return new CacheRateLease(_limit, answer);
    }

    private CacheRateLease Unchecked(Exception exception)
    {
        _core.Counters.Increment(Counter.TierErrors);
        Log.RateUnchecked(_core.Diagnostics.Logger, _core.Diagnostics.Name, _name, _whenUnavailable, exception);
        var isAllowed = _whenUnavailable == UnavailableMode.Allow;
        Count(isAllowed, isAllowed ? "allowed_unchecked" : "refused_unchecked");
        return new CacheRateLease(_limit, isAllowed, "The store of the permits could not be asked.");
    }

    private void Count(bool isGranted, string outcome)
    {
        Interlocked.Increment(ref isGranted ? ref _granted : ref _refused);
        CacheMetrics.CountLease(_core.Diagnostics, outcome);
    }
}
