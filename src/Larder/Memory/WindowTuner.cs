using System.Runtime.CompilerServices;
using Larder.Diagnostics;

namespace Larder.Memory;

/// <summary>
/// Steers how much of a cache the window takes, so that an entry's place in the window is hit as often as one in the main space. Hits are counted
/// for an eighth of the keys, another eighth after each adjustment; in small caches, where an eighth would say little, for all.
/// </summary>
/// <remarks>
/// <para>
/// The signal is that of Caffeine's present climber: Manes, Einziger, Friedman: Lightweight Robust Size Aware Cache Management, ACM Transactions on
/// Storage 2022, and Einziger, Eytan, Friedman, Manes: Adaptive Software Cache Management, Middleware 2018; the step is proportional to the
/// logarithm of the ratio of the two densities.
/// </para>
/// <para>
/// A window that is much too small has no hits to tell so. What tells it are ghost hits, of keys that were rejected within the last
/// cacheful of evictions: if places beyond the window would have been hit clearly more often than those of the main space were, the window gets a place for
/// each ghost hit at once, as in Megiddo, Modha: ARC, FAST 2003.
/// </para>
/// </remarks>
internal sealed class WindowTuner
{
    private const double Gain = 0.02;
    private const double MaxStep = 0.30;
    private const double MinShare = 0.02;
    private const double MaxShare = 0.95;
    private const double StartShare = 0.02;

    /// <summary>How much denser ghost hits have to be than hits of the main space, which would lose what it has learned.</summary>
    private const double ClearlyDenser = 2;

    private const int RequestsPerEntry = 4;

    /// <summary>So many hits are taken for granted, spread over the whole cache: where there are none, the share stays as it is.</summary>
    private const double EvenHits = 8;

    private const int SampledKeys = 8;
    private const int SmallCache = 8192;

    private readonly ShardBudget _budget;
    private readonly uint _sampleMask;
    private readonly StripedCounters _counters;
    private readonly Lock _gate = new();
    private readonly double _weightOfBefore;
    private long _misses;
    private long _ghostHits;
    private long _requestsBefore;
    private long _windowHitsBefore;
    private long _mainHitsBefore;
    private double _windowDensity;
    private double _mainDensity;
    private double _ghostDensity;
    private double _share = StartShare;
    private uint _salt;

    public WindowTuner(int maxEntries, ShardBudget budget, StripedCounters counters)
    {
        var isSmall = maxEntries < SmallCache;
        SampleOneIn = isSmall ? 1 : SampledKeys;
        _sampleMask = (uint)SampleOneIn - 1;

        // In a small cache a period holds few hits, and traffic that comes in turns has none in some. In a large one the periods' samples differ: one hot key
        // must not count beyond its own.
        _weightOfBefore = isSmall ? 0.5 : 0;
        _budget = budget;
        _counters = counters;
    }

    private long Period => RequestsPerEntry * Math.Max(16, _budget.Entries);

    /// <summary>Gets the share of the window.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Gets of how many keys one is counted.</summary>
    public int SampleOneIn { get; }

    /// <summary>Counts a hit, if its key is in the sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountHit(uint hash, bool isInWindow)
    {
        if ((((hash >> 5) + _salt) & _sampleMask) == 0)
        {
            _counters.Increment(isInWindow ? Counter.WindowHits : Counter.MainHits);
        }
    }

    /// <summary>Whether a key's eviction and return are to be noticed. Always the same keys, because they have to be noticed both times.</summary>
    public bool IsGhostInSample(uint hash) => ((hash >> 5) & _sampleMask) == 0;

    /// <summary>Counts misses, and how many of them were ghost hits of the sample.</summary>
    public void CountMisses(int count, int ghostHits)
    {
        Interlocked.Add(ref _ghostHits, ghostHits);
        var misses = Interlocked.Add(ref _misses, count);
        var (windowHits, mainHits) = Hits();
        if (misses + windowHits + mainHits - Volatile.Read(ref _requestsBefore) >= Period && _gate.TryEnter())
        {
            try
            {
                Adjust(misses, windowHits, mainHits);
            }
            finally
            {
                _gate.Exit();
            }
        }
    }

    private void Adjust(long misses, long windowHits, long mainHits)
    {
        var requests = misses + windowHits + mainHits;
        if (requests - _requestsBefore < Period)
        {
            return;
        }

        var ghostHits = Interlocked.Exchange(ref _ghostHits, 0) * SampleOneIn;
        Blend(ref _windowDensity, (windowHits - _windowHitsBefore) / _share);
        Blend(ref _mainDensity, (mainHits - _mainHitsBefore) / (1 - _share));
        Blend(ref _ghostDensity, ghostHits);
        Volatile.Write(ref _share, Math.Clamp(_share + Step(ghostHits), MinShare, MaxShare));
        _windowHitsBefore = windowHits;
        _mainHitsBefore = mainHits;
        Volatile.Write(ref _requestsBefore, requests);
        _salt++;
    }

    private void Blend(ref double density, double latest) => density = (_weightOfBefore * density) + ((1 - _weightOfBefore) * latest);

    private double Step(long ghostHits)
    {
        var error = Math.Log((_windowDensity + EvenHits) / (_mainDensity + EvenHits));
        var step = Math.Clamp(Gain * error, -MaxStep, MaxStep);

        // Without any hit keys are perhaps only written, and nothing is gained by keeping them longer.
        return _windowDensity + _mainDensity > 0 && _ghostDensity + EvenHits > ClearlyDenser * (_mainDensity + EvenHits)
            ? Math.Max(step, (double)ghostHits / Math.Max(16, _budget.Entries))
            : step;
    }

    private (long Window, long Main) Hits() => (_counters[Counter.WindowHits] * SampleOneIn, _counters[Counter.MainHits] * SampleOneIn);
}
