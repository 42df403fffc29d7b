using Larder.Tiers;

namespace Larder.Store;

/// <summary>
/// How far a replica must have come before a row may be read there: records beside the entries that last as long as a replica may lag. A writer puts one after its commit and before it drops the row, so a load
/// that does not see it has a ticket from before, or comes when the replica has the row.
/// </summary>
/// <param name="records">Where the records are.</param>
internal sealed class ReplicaFences(CacheTier records)
{
    private readonly KeyTurns _turns = new();

    /// <summary>Raises a fence.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="position">The position of the primary after the commit; 0 where positions are not known.</param>
    /// <param name="life">How long a replica may lag.</param>
    /// <exception cref="CacheException">The store of the cache cannot be reached.</exception>
    public async ValueTask RaiseAsync(string name, long position, TimeSpan life)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(name, attempt, CancellationToken.None).ConfigureAwait(false);
            var known = await records.ReadAsync<long>(name, ReadIntent.Peek, CancellationToken.None).ConfigureAwait(false);
            var write = new EntryWrite { TimeToLiveMs = (long)life.TotalMilliseconds };
            if ((await records.WriteAsync(name, known.HasValue ? Math.Max(known.Value, position) : position, write, WriteCondition.HasVersion(known.Version), CancellationToken.None).ConfigureAwait(false)).Version != 0)
            {
                return;
            }
        }
    }

    /// <summary>Finds the highest of some fences.</summary>
    /// <returns>The position that a replica must have reached; <see langword="null"/> when there is no fence.</returns>
    /// <exception cref="CacheException">The store of the cache cannot be reached.</exception>
    public async ValueTask<long?> FindAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(names.Select(name => records.ReadAsync<long>(name, ReadIntent.Peek, cancellationToken).AsTask())).ConfigureAwait(false);
        return found.Where(fence => fence.HasValue).Select(fence => (long?)fence.Value).Max();
    }
}
