using System.Runtime.CompilerServices;

namespace Larder.Benchmarks.Ratios;

/// <summary>Bursts of one operation over the keys, each going on where the one before has ended.</summary>
internal sealed class Candidate<TOperation>(string name, KeySet keys, TOperation operation, bool alwaysHits = true) : Candidate(name)
    where TOperation : struct, IOperation
{
    private int _at;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Burst(int operations)
    {
        var (lookups, ids, at, hits) = (keys.Lookups, keys.Ids, _at, 0);
        for (var i = 0; i < operations; i++)
        {
            hits += operation.Run(lookups[at], ids[at]) ? 1 : 0;
            at = at + 1 == lookups.Length ? 0 : at + 1;
        }

        _at = at;
        if (alwaysHits && hits != operations)
        {
            throw new InvalidOperationException($"{Name}: {operations - hits} of {operations} lookups missed.");
        }
    }
}
