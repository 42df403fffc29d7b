using Larder.Tiers;

namespace Larder.Tests.Model;

/// <summary>The simplest store of bytes that keeps to the contract.</summary>
internal sealed class DictionaryStore(TimeProvider clock) : IRemoteTier
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (byte[] Data, long Version, DateTimeOffset ExpiresAt)> _records = new(StringComparer.Ordinal);

    public string Description => "a dictionary of bytes";

    public ValueTask<RemoteRecord> ReadAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(Find(key));
        }
    }

    public ValueTask<bool> CommitAsync(IReadOnlyList<RemoteCondition> conditions, IReadOnlyList<RemoteChange> changes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (conditions.Any(condition => Find(condition.Key).Version != condition.Version))
            {
                return new(false);
            }

            foreach (var change in changes)
            {
                if (change.IsRemoval)
                {
                    _records.Remove(change.Key);
                }
                else
                {
                    var expiresAt = change.TimeToLive is { } timeToLive ? clock.GetUtcNow() + timeToLive : DateTimeOffset.MaxValue;
                    _records[change.Key] = (change.Data.ToArray(), change.Version, expiresAt);
                }
            }

            return new(true);
        }
    }

    public async IAsyncEnumerable<string> KeysAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] keys;
        lock (_gate)
        {
            keys = [.. _records.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && Find(key).Exists)];
        }

        foreach (var key in keys)
        {
            yield return key;
        }

        await Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => default;

    private RemoteRecord Find(string key) =>
        _records.TryGetValue(key, out var record) && clock.GetUtcNow() < record.ExpiresAt ? new RemoteRecord(record.Data, record.Version) : default;
}
