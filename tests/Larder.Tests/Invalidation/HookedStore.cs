using System.Runtime.CompilerServices;
using Larder.Tiers;

namespace Larder.Tests.Invalidation;

/// <summary>A store of bytes in memory, in which a test can make a read or a commit fail or wait.</summary>
internal sealed class HookedStore(TimeProvider clock) : IRemoteTier
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (RemoteRecord Record, DateTimeOffset ExpiresAt)> _records = new(StringComparer.Ordinal);

    public Func<string, Task> BeforeRead { get; set; } = static _ => Task.CompletedTask;

    public Func<IReadOnlyList<RemoteChange>, Task> BeforeCommit { get; set; } = static _ => Task.CompletedTask;

    public string Description => "a store with hooks";

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate)
            {
                return [.. _records.Keys.Where(key => Find(key).Exists)];
            }
        }
    }

    /// <summary>Gets the keys of entries, without the internal records.</summary>
    public IEnumerable<string> Entries => Keys.Where(static key => !key.Contains('!', StringComparison.Ordinal));

    /// <summary>Makes every read and commit fail that concerns a key with this in it.</summary>
    public void FailFor(string part)
    {
        BeforeRead = key => ThrowIf(key.Contains(part, StringComparison.Ordinal));
        BeforeCommit = changes => ThrowIf(changes.Any(change => change.Key.Contains(part, StringComparison.Ordinal)));
    }

    public void Heal()
    {
        BeforeRead = static _ => Task.CompletedTask;
        BeforeCommit = static _ => Task.CompletedTask;
    }

    /// <summary>Loses everything, as a server that is started anew.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _records.Clear();
        }
    }

    /// <summary>Changes a byte of a record.</summary>
    public void Damage(string key)
    {
        lock (_gate)
        {
            var (record, expiresAt) = _records[key];
            var data = record.Data.ToArray();
            data[^1] ^= 1;
            _records[key] = (new RemoteRecord(data, record.Version), expiresAt);
        }
    }

    public int BytesOf(string key)
    {
        lock (_gate)
        {
            return Find(key).Data.Length;
        }
    }

    public async ValueTask<RemoteRecord> ReadAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await BeforeRead(key);
        lock (_gate)
        {
            return Find(key);
        }
    }

    public async ValueTask<bool> CommitAsync(IReadOnlyList<RemoteCondition> conditions, IReadOnlyList<RemoteChange> changes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await BeforeCommit(changes);
        lock (_gate)
        {
            if (conditions.Any(condition => Find(condition.Key).Version != condition.Version))
            {
                return false;
            }

            foreach (var change in changes)
            {
                Apply(change);
            }

            return true;
        }
    }

    public async IAsyncEnumerable<string> KeysAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return key;
        }
    }

    public ValueTask DisposeAsync() => default;

    private static Task ThrowIf(bool fails) => fails ? Task.FromException(new IOException("The store was told to fail.")) : Task.CompletedTask;

    private RemoteRecord Find(string key) =>
        _records.TryGetValue(key, out var found) && clock.GetUtcNow() < found.ExpiresAt ? found.Record : default;

    private void Apply(RemoteChange change)
    {
        if (change.IsRemoval)
        {
            _records.Remove(change.Key);
            return;
        }

        var expiresAt = change.TimeToLive is { } life ? clock.GetUtcNow() + life : DateTimeOffset.MaxValue;
        _records[change.Key] = (new RemoteRecord(change.Data.ToArray(), change.Version), expiresAt);
    }
}
