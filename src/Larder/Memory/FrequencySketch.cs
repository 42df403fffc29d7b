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
    private const int HalvingPeriod = 20;
    private const ulong HalfMask = 0x7777_7777_7777_7777;

    private ulong[] _words = new ulong[WordsPerBlock];
    private uint _blockMask;
    private long _halveAt = HalvingPeriod * WordsPerBlock;
    private long _additions;

    /// <summary>
    /// Makes the sketch large enough for a number of entries, eight bytes each. What it has counted stays: each block stands for the two that
    /// its keys are now spread over.
    /// </summary>
    public void EnsureCapacity(int capacity)
    {
        while (_words.Length < capacity)
        {
            var grown = new ulong[_words.Length * 2];
            _words.CopyTo(grown, 0);
            _words.CopyTo(grown, _words.Length);
            _words = grown;
            _blockMask = (uint)(grown.Length / WordsPerBlock) - 1;
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
        _words = new ulong[WordsPerBlock];
        _blockMask = 0;
        _halveAt = HalvingPeriod * WordsPerBlock;
        _additions = 0;
    }

    private static ulong Mix(uint hash) => hash * 0x9E37_79B9_7F4A_7C15UL;

    private uint Block(ulong mixed) => ((uint)(mixed >> 40) & _blockMask) * WordsPerBlock;

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
