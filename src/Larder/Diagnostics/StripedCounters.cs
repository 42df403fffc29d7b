namespace Larder.Diagnostics;

/// <summary>
/// Exact counters that many threads increment: each processor has cells of its own, on cache lines of their own, and a sum is taken when
/// somebody asks.
/// </summary>
internal sealed class StripedCounters
{
    private const int Width = 32;
    private const int Padding = 16;

    private readonly long[] _cells;
    private readonly int _mask;

    public StripedCounters()
    {
        var stripes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 64));
        _cells = new long[(stripes * Width) + (2 * Padding)];
        _mask = stripes - 1;
        System.Diagnostics.Debug.Assert((int)Counter.Count <= Width, "The counters must fit the width of a stripe.");
    }

    public long this[Counter counter]
    {
        get
        {
            long sum = 0;
            for (var stripe = 0; stripe <= _mask; stripe++)
            {
                sum += Volatile.Read(ref _cells[CellOf(stripe, counter)]);
            }

            return sum;
        }
    }

    public void Increment(Counter counter) => Interlocked.Increment(ref _cells[CellOf(Thread.GetCurrentProcessorId() & _mask, counter)]);

    public void Add(Counter counter, long amount) => Interlocked.Add(ref _cells[CellOf(Thread.GetCurrentProcessorId() & _mask, counter)], amount);

    private static int CellOf(int stripe, Counter counter) => Padding + (stripe * Width) + (int)counter;
}
