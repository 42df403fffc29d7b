using System.Runtime.CompilerServices;
using Larder.Benchmarks;

namespace Larder.Throughput.Memory;

/// <summary>Reads and writes in a fixed proportion, over keys in the order in which they are looked up; each thread has its own place in it.</summary>
internal sealed class Mix<TStore>(TStore store, KeySet keys, int readPercent, int threads) : ICandidate
    where TStore : struct, IStore
{
    /// <summary>Prime to 100, so that writes come evenly among reads.</summary>
    private const int Step = 61;

    /// <summary>Places lie apart, so that threads do not write to the same cache line.</summary>
    private const int Apart = 16;

    private readonly int[] _at = [.. Enumerable.Range(0, threads * Apart).Select(place => place / Apart * (keys.Lookups.Length / threads))];
    private readonly Product _product = new(1, "name");

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Burst(int thread, int operations)
    {
        var (lookups, at, turn, found, reads) = (keys.Lookups, _at[thread * Apart], 0, 0, 0);
        for (var i = 0; i < operations; i++)
        {
            turn += Step;
            turn = turn >= 100 ? turn - 100 : turn;
            if (turn < readPercent)
            {
                reads++;
                found += store.Read(lookups[at]) ? 1 : 0;
            }
            else
            {
                store.Write(lookups[at], _product);
            }

            at = at + 1 == lookups.Length ? 0 : at + 1;
        }

        _at[thread * Apart] = at;
        if (found != reads)
        {
            throw new InvalidOperationException($"{typeof(TStore).Name}: {reads - found} of {reads} reads missed; all keys are there.");
        }
    }
}
