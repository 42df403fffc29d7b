using System.Numerics;

namespace Larder.Cli.Replay.Simulation;

/// <summary>A set of times below a limit that finds its latest member fast: a tree of bits, 64 to a node.</summary>
internal sealed class TimeSet
{
    private readonly ulong[][] _levels;

    public TimeSet(int limit)
    {
        var levels = new List<ulong[]>();
        do
        {
            limit = (limit + 63) / 64;
            levels.Add(new ulong[Math.Max(1, limit)]);
        }
        while (limit > 1);
        _levels = [.. levels];
    }

    /// <summary>Gets the latest time; the set must not be empty.</summary>
    public int Latest
    {
        get
        {
            var time = 0;
            for (var level = _levels.Length - 1; level >= 0; level--)
            {
                time = (time * 64) + BitOperations.Log2(_levels[level][time]);
            }

            return time;
        }
    }

    public bool Contains(int time) => (_levels[0][time >> 6] & (1UL << (time & 63))) != 0;

    public void Add(int time)
    {
        foreach (var words in _levels)
        {
            words[time >> 6] |= 1UL << (time & 63);
            time >>= 6;
        }
    }

    public void Remove(int time)
    {
        foreach (var words in _levels)
        {
            words[time >> 6] &= ~(1UL << (time & 63));
            if (words[time >> 6] != 0)
            {
                return;
            }

            time >>= 6;
        }
    }
}
