using System.Runtime.CompilerServices;
using Larder.Diagnostics;

namespace Larder.Memory;

/// <summary>
/// Steers how much of a cache the window takes, so that an entry's place in the window is hit as often as one in the main space. Hits are counted
/// for an eighth of the keys, another eighth after each adjustment; in small caches, where an eighth would say little, for all.
/// </summary>
/// <remarks>
/// The signal is that of Caffeine's present climber: Manes, Einziger, Friedman: Lightweight Robust Size Aware Cache Management, ACM Transactions on
/// Storage 2022, and Einziger, Eytan, Friedman, Manes: Adaptive Software Cache Management, Middleware 2018; the step is proportional to the
/// logarithm of the ratio of the two densities.
/// </remarks>
internal sealed class WindowTuner
{
    private const double Gain = 0.02;
    private const double MaxStep = 0.30;
    private const double MinShare = 0.02;
    private const double MaxShare = 0.80;
    private const double StartShare = 0.02;
    private const int RequestsPerEntry = 4;

    /// <summary>So many hits are taken for granted, spread over the whole cache: where there are none, the share stays as it is.</summary>
    private const double EvenHits = 8;

    private const int SampleOneIn = 8;
    private const int SmallCache = 8192;

    private readonly ShardBudget _budget;
    private readonly uint _sampleMask;
    private readonly StripedCounters _counters;
    private readonly Lock _gate = new();
    private long _misses;
    private long _requestsBefore;
    private long _windowHitsBefore;
    private long _mainHitsBefore;
    private double _share = StartShare;
    private uint _salt;

    public WindowTuner(int maxEntries, ShardBudget budget, StripedCounters counters)
    {
        _sampleMask = maxEntries < SmallCache ? 0u : SampleOneIn - 1;
        _budget = budget;
        _counters = counters;
    }

    private long Period => RequestsPerEntry * Math.Max(16, _budget.Entries);

    /// <summary>Gets the share of the window.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Counts a hit, if its key is in the sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountHit(uint hash, bool isInWindow)
    {
        if ((((hash >> 5) + _salt) & _sampleMask) == 0)
        {
            _counters.Increment(isInWindow ? Counter.WindowHits : Counter.MainHits);
        }
    }

    public void CountMisses(int count)
    {
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

        var windowDensity = ((windowHits - _windowHitsBefore) / _share) + EvenHits;
        var mainDensity = ((mainHits - _mainHitsBefore) / (1 - _share)) + EvenHits;
        var error = Math.Log(windowDensity / mainDensity);
        Volatile.Write(ref _share, Math.Clamp(_share + (Math.Sign(error) * Math.Min(MaxStep, Gain * Math.Abs(error))), MinShare, MaxShare));
        _windowHitsBefore = windowHits;
        _mainHitsBefore = mainHits;
        Volatile.Write(ref _requestsBefore, requests);
        _salt++;
    }

    private (long Window, long Main) Hits() => (_counters[Counter.WindowHits] * (_sampleMask + 1), _counters[Counter.MainHits] * (_sampleMask + 1));
}
