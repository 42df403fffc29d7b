using System.Numerics;

namespace Larder.HitRatio.Policies;

/// <summary>
/// How often keys were accessed lately: a count-min sketch of 4-bit counters, of which a key has four in one block of 64 bytes. All counters are
/// halved after a sample of ten times the capacity. Einziger, Friedman, Manes, TinyLFU, ACM TOS 2017; blocks and hashes as in Caffeine 3.
/// </summary>
internal sealed class FrequencySketch
{
    private const int SampleFactor = 10;
    private const int MaxCount = 15;
    private const ulong LowestBits = 0x1111111111111111;
    private const ulong LowerBits = 0x7777777777777777;

    private ulong[] _table = [];
    private uint _blockMask;
    private long _additions;

    public FrequencySketch(long capacity) => EnsureCapacity(Math.Max(1, capacity));

    /// <summary>Gets after how many additions the counters are halved.</summary>
    public long SampleSize { get; private set; }

    /// <summary>Makes the sketch large enough for so many keys; counts are forgotten when it was not.</summary>
    public void EnsureCapacity(long capacity)
    {
        if (_table.Length >= capacity)
        {
            return;
        }

        _table = new ulong[Math.Max(8, BitOperations.RoundUpToPowerOf2((ulong)capacity))];
        _blockMask = (uint)((_table.Length >> 3) - 1);
        _additions = 0;
        SampleSize = SampleFactor * capacity;
    }

    public int Estimate(int id)
    {
        var (block, counters) = Hash(id);
        var lowest = MaxCount;
        for (var row = 0; row < 4; row++)
        {
            var (word, shift) = Locate(block, counters, row);
            lowest = Math.Min(lowest, (int)(_table[word] >> shift) & MaxCount);
        }

        return lowest;
    }

    public void Add(int id)
    {
        var (block, counters) = Hash(id);
        var isAdded = false;
        for (var row = 0; row < 4; row++)
        {
            var (word, shift) = Locate(block, counters, row);
            if (((_table[word] >> shift) & MaxCount) != MaxCount)
            {
                _table[word] += 1UL << shift;
                isAdded = true;
            }
        }

        if (isAdded && ++_additions == SampleSize)
        {
            Halve();
        }
    }

    private static (int Word, int Shift) Locate(int block, uint counters, int row)
    {
        var hash = counters >> (row << 3);
        return (block + (int)(hash & 1) + (row << 1), (int)((hash >> 1) & 15) << 2);
    }

    private void Halve()
    {
        var odd = 0;
        for (var i = 0; i < _table.Length; i++)
        {
            odd += BitOperations.PopCount(_table[i] & LowestBits);
            _table[i] = (_table[i] >> 1) & LowerBits;
        }

        _additions = (_additions - (odd >> 2)) >> 1;
    }

    private (int Block, uint Counters) Hash(int id)
    {
        var hash = (uint)id;
        hash ^= hash >> 17;
        hash *= 0xed5ad4bb;
        hash ^= hash >> 11;
        hash *= 0xac4c1b51;
        hash ^= hash >> 15;
        var counters = hash * 0x31848bab;
        return ((int)(hash & _blockMask) << 3, counters ^ (counters >> 14));
    }
}
