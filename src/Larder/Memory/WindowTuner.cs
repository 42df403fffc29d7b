using System.Runtime.CompilerServices;

namespace Larder.Memory;

/// <summary>
/// Steers how much of a cache the window takes, so that an entry's place in the window is hit as often as one in the main space. Hits are counted
/// for an eighth of the keys, another eighth after each adjustment.
/// </summary>
/// <remarks>
/// The signal is that of Caffeine's present climber: Manes, Einziger, Friedman: Lightweight Robust Size Aware Cache Management, ACM Transactions on
/// Storage 2022, and Einziger, Eytan, Friedman, Manes: Adaptive Software Cache Management, Middleware 2018; the step is proportional to the
/// logarithm of the ratio of the two densities.
/// </remarks>
internal sealed class WindowTuner
{
    private const int SampleOneIn = 8;
    private const double Gain = 0.02;
    private const double MaxStep = 0.30;
    private const double MinShare = 0.02;
    private const double MaxShare = 0.80;
    private const double StartShare = 0.05;
    private const int RequestsPerEntry = 4;
    private const int CellWidth = 16;

    private readonly ShardBudget _budget;
    private readonly long[] _hits;
    private readonly int _cellMask;
    private readonly Lock _gate = new();
    private long _misses;
    private long _requestsBefore;
    private long _windowHitsBefore;
    private long _mainHitsBefore;
    private double _share = StartShare;
    private uint _salt;

    public WindowTuner(ShardBudget budget)
    {
        _budget = budget;
        var cells = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 64));
        _cellMask = cells - 1;
        _hits = new long[(cells + 1) * CellWidth];
    }

    private long Period => RequestsPerEntry * Math.Max(16, _budget.Entries);

    /// <summary>Gets the share of the window.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Counts a hit, if its key is in the sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountHit(uint hash, bool isInWindow)
    {
        if ((((hash >> 5) + _salt) & (SampleOneIn - 1)) == 0)
        {
            CountSampled(isInWindow ? 0 : 1);
        }
    }

    public void CountMisses(int count)
    {
        var misses = Interlocked.Add(ref _misses, count);
        var (windowHits, mainHits) = Hits();
        if (misses + ((windowHits + mainHits) * SampleOneIn) - Volatile.Read(ref _requestsBefore) >= Period && _gate.TryEnter())
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountSampled(int cell) =>
        Interlocked.Increment(ref _hits[(((Thread.GetCurrentProcessorId() & _cellMask) + 1) * CellWidth) + cell - (CellWidth / 2)]);

    private void Adjust(long misses, long windowHits, long mainHits)
    {
        var requests = misses + ((windowHits + mainHits) * SampleOneIn);
        if (requests - _requestsBefore < Period)
        {
            return;
        }

        var windowDensity = (windowHits - _windowHitsBefore + 0.5) / _share;
        var mainDensity = (mainHits - _mainHitsBefore + 0.5) / (1 - _share);
        var error = Math.Log(windowDensity / mainDensity);
        Volatile.Write(ref _share, Math.Clamp(_share + (Math.Sign(error) * Math.Min(MaxStep, Gain * Math.Abs(error))), MinShare, MaxShare));
        _windowHitsBefore = windowHits;
        _mainHitsBefore = mainHits;
        Volatile.Write(ref _requestsBefore, requests);
        _salt++;
    }

    private (long Window, long Main) Hits()
    {
        long window = 0;
        long main = 0;
        for (var cell = 0; cell <= _cellMask; cell++)
        {
            var at = ((cell + 1) * CellWidth) - (CellWidth / 2);
            window += Volatile.Read(ref _hits[at]);
            main += Volatile.Read(ref _hits[at + 1]);
        }

        return (window, main);
    }
}
