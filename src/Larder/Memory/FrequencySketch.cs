namespace Larder.Memory;

/// <summary>
/// How often keys were seen lately, estimated: a count-min sketch of 4-bit counters that are halved from time to time. The four counters of
/// a key lie in one block of 64 bytes, so that one cache line is touched.
/// </summary>
/// <remarks>
/// Cormode, Muthukrishnan: An Improved Data Stream Summary, 2005; Einziger, Friedman, Manes: TinyLFU, ACM Transactions on Storage 2017. Uses are
/// added when the eviction order looks at an entry rather than one by one, so the period of halving is twice as long as theirs.
/// </remarks>
internal sealed class FrequencySketch
{
    public const int MaxCount = 15;

    private const int WordsPerBlock = 8;

    /// <summary>In one block alone, a scan raises all counters until its keys look as often used as those that are; that would decide contests in caches of two or three entries.</summary>
    private const uint MinBlocks = 8;

    private const int FewEntries = 8192;
    private const int HalvingPeriod = 20;
    private const ulong HalfMask = 0x7777_7777_7777_7777;
    private const ulong EvenCounters = 0x0F0F_0F0F_0F0F_0F0F;
    private const ulong AboveEvenCounters = 0x1010_1010_1010_1010;

    private ulong[] _words = new ulong[MinBlocks * WordsPerBlock];
    private uint _blocks = MinBlocks;
    private long _halveAt = HalvingPeriod * WordsPerBlock;
    private long _additions;

    /// <summary>
    /// Makes the sketch large enough for a number of entries: eight bytes each, sixteen where they are few, because it costs little and keys share counters
    /// less, which decides more contests there. What it has counted stays: a block takes the higher counts of those that
    /// its keys were in before.
    /// </summary>
    public void EnsureCapacity(int capacity)
    {
        var words = capacity < FewEntries ? 2 * (uint)capacity : (uint)capacity;
        var blocks = (words + WordsPerBlock - 1) / WordsPerBlock;
        if (blocks > _blocks)
        {
            var grown = new ulong[blocks * WordsPerBlock];
            for (uint block = 0; block < blocks; block++)
            {
                var first = (uint)((ulong)block * _blocks / blocks) * WordsPerBlock;
                var last = (uint)((((ulong)block + 1) * _blocks - 1) / blocks) * WordsPerBlock;
                for (uint i = 0; i < WordsPerBlock; i++)
                {
                    grown[(block * WordsPerBlock) + i] = Higher(_words[first + i], _words[last + i]);
                }
            }

            _words = grown;
            _blocks = blocks;
        }

        _halveAt = (long)HalvingPeriod * Math.Max(capacity, WordsPerBlock);
    }

    public void Add(uint hash)
    {
        var mixed = Mix(hash);
        var block = Block(mixed);
        var isAdded = false;
        for (var row = 0; row < 4; row++)
        {
            ref var word = ref Word(mixed, block, row, out var shift);
            if (((word >> shift) & MaxCount) != MaxCount)
            {
                word += 1UL << shift;
                isAdded = true;
            }
        }

        if (isAdded && ++_additions >= _halveAt)
        {
            Halve();
        }
    }

    public int Estimate(uint hash)
    {
        var mixed = Mix(hash);
        var block = Block(mixed);
        var least = MaxCount;
        for (var row = 0; row < 4; row++)
        {
            least = Math.Min(least, (int)((Word(mixed, block, row, out var shift) >> shift) & MaxCount));
        }

        return least;
    }

    public void Clear()
    {
        _words = new ulong[MinBlocks * WordsPerBlock];
        _blocks = MinBlocks;
        _halveAt = HalvingPeriod * WordsPerBlock;
        _additions = 0;
    }

    private static ulong Mix(uint hash) => hash * 0x9E37_79B9_7F4A_7C15UL;

    private uint Block(ulong mixed) => (uint)(((mixed >> 32) * _blocks) >> 32) * WordsPerBlock;

    /// <summary>Takes the higher of each two counters.</summary>
    private static ulong Higher(ulong first, ulong second) =>
        HigherEven(first & EvenCounters, second & EvenCounters) | (HigherEven((first >> 4) & EvenCounters, (second >> 4) & EvenCounters) << 4);

    private static ulong HigherEven(ulong first, ulong second)
    {
        // The bit above a counter survives where the first is not the lower one.
        var isFirst = ((((first | AboveEvenCounters) - second) & AboveEvenCounters) >> 4) * MaxCount;
        return (first & isFirst) | (second & ~isFirst & EvenCounters);
    }

    /// <summary>Finds the counter of a row: each row has two words of sixteen counters.</summary>
    private ref ulong Word(ulong mixed, uint block, int row, out int shift)
    {
        var counter = (uint)(mixed >> (row * 8)) & 31;
        shift = (int)(counter & 15) << 2;
        return ref _words[block + (uint)(row << 1) + (counter >> 4)];
    }

    private void Halve()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] = (_words[i] >> 1) & HalfMask;
        }

        _additions >>= 1;
    }
}
