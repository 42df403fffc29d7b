using Larder.Tiers;

namespace Larder.Invalidation;

/// <summary>The delayed invalidations that processes have left behind, in one record of the shared store.</summary>
internal sealed class InvalidationRecord(CacheTier records, TimeProvider time)
{
    private const string Key = "delayed invalidations";

    /// <summary>How long past the last due time the record is kept, should no process run meanwhile.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    public async ValueTask<IReadOnlyList<StoredInvalidation>> ReadAsync(CancellationToken cancellationToken) =>
        (await LookAsync(cancellationToken).ConfigureAwait(false)).Found;

    public ValueTask AddAsync(IReadOnlyCollection<StoredInvalidation> added, CancellationToken cancellationToken) =>
        ChangeAsync(found => [.. found, .. added], cancellationToken);

    public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(found => [.. found.Where(one => one.Id != id)], cancellationToken);

    private async ValueTask<(IReadOnlyList<StoredInvalidation> Found, long Version)> LookAsync(CancellationToken cancellationToken)
    {
        var record = await records.ReadAsync<byte[]>(Key, ReadIntent.Peek, cancellationToken).ConfigureAwait(false);
        return (record.HasValue ? StoredInvalidation.Read(record.Value) : [], record.Version);
    }

    private async ValueTask ChangeAsync(Func<IReadOnlyList<StoredInvalidation>, IReadOnlyList<StoredInvalidation>> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (found, version) = await LookAsync(cancellationToken).ConfigureAwait(false);
            var changed = change(found);
            var isSame = changed.Count == found.Count;
            if (isSame || await IsWrittenAsync(changed, version, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async ValueTask<bool> IsWrittenAsync(IReadOnlyList<StoredInvalidation> changed, long version, CancellationToken cancellationToken)
    {
        if (changed.Count == 0)
        {
            return await records.RemoveAsync(Key, WriteCondition.HasVersion(version), cancellationToken).ConfigureAwait(false);
        }

        var lastMs = changed.Max(one => one.DueAtMs) - time.GetUtcNow().ToUnixTimeMilliseconds();
        var write = new EntryWrite { TimeToLiveMs = Math.Max(0, lastMs) + (long)Grace.TotalMilliseconds };
        var result = await records.WriteAsync(Key, StoredInvalidation.Write(changed), write, WriteCondition.HasVersion(version), cancellationToken).ConfigureAwait(false);
        return result.Version != 0;
    }
}
