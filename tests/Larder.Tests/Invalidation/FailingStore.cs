using System.Runtime.CompilerServices;
using Larder.Tiers;

namespace Larder.Tests.Invalidation;

/// <summary>A store of bytes in memory that fails for keys that a test names.</summary>
internal sealed class FailingStore(TimeProvider clock) : IRemoteTier
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (RemoteRecord Record, DateTimeOffset ExpiresAt)> _records = new(StringComparer.Ordinal);

    public Func<string, bool> Fails { get; set; } = static _ => false;

    public string Description => "a store that fails when it is told to";

    public ValueTask<RemoteRecord> ReadAsync(string key, CancellationToken cancellationToken)
    {
        ThrowIfFailing(key);
        lock (_gate)
        {
            return new(Find(key));
        }
    }

    public ValueTask<bool> CommitAsync(IReadOnlyList<RemoteCondition> conditions, IReadOnlyList<RemoteChange> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            ThrowIfFailing(change.Key);
        }

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
                    var expiresAt = change.TimeToLive is { } life ? clock.GetUtcNow() + life : DateTimeOffset.MaxValue;
                    _records[change.Key] = (new RemoteRecord(change.Data.ToArray(), change.Version), expiresAt);
                }
            }

            return new(true);
        }
    }

    public async IAsyncEnumerable<string> KeysAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfFailing(prefix);
        string[] keys;
        lock (_gate)
        {
            keys = [.. _records.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
        }

        foreach (var key in keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return key;
        }
    }

    public ValueTask DisposeAsync() => default;

    private RemoteRecord Find(string key) =>
        _records.TryGetValue(key, out var found) && clock.GetUtcNow() < found.ExpiresAt ? found.Record : default;

    private void ThrowIfFailing(string key)
    {
        if (Fails(key))
        {
            throw new IOException($"No access to {key}.");
        }
    }
}
