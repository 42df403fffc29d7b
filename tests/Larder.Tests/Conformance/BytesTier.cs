using System.Runtime.CompilerServices;
using Larder.Tiers;

namespace Larder.Tests.Conformance;

/// <summary>The smallest tier of bytes: a dictionary. Tests look into it, damage it, and let it fail.</summary>
public sealed class BytesTier(TimeProvider clock) : IRemoteTier
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (byte[] Data, long Version, long ExpiresAt)> _records = new(StringComparer.Ordinal);

    public string Description => "bytes in a dictionary";

    /// <summary>Gets or sets what every read throws.</summary>
    public Exception? ReadFailure { get; set; }

    /// <summary>Gets or sets what every commit throws.</summary>
    public Exception? CommitFailure { get; set; }

    /// <summary>Gets or sets what runs after each read, before its result is returned, with the key.</summary>
    public Func<string, Task>? AfterRead { get; set; }

    /// <summary>Gets or sets what runs before each commit, with the commit's changes.</summary>
    public Func<IReadOnlyList<RemoteChange>, Task>? BeforeCommit { get; set; }

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public bool IsDisposed { get; private set; }

    /// <summary>Gets all keys that live, those of internal records too.</summary>
    public IReadOnlyList<string> AllKeys
    {
        get
        {
            lock (_gate)
            {
                return [.. _records.Keys.Where(key => FindNeedsLock(key).Exists).Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Gets a copy of the bytes of a record, or <see langword="null"/>.</summary>
    public byte[]? Bytes(string key)
    {
        lock (_gate)
        {
            return FindNeedsLock(key) is { Exists: true } record ? record.Data.ToArray() : null;
        }
    }

    /// <summary>Puts bytes behind the back of the cache, as damage or another program does; the version stays if there is one.</summary>
    public void Put(string key, byte[] data)
    {
        lock (_gate)
        {
            _records[key] = _records.TryGetValue(key, out var present)
                ? (data, present.Version, present.ExpiresAt)
                : (data, Random.Shared.NextInt64(1, long.MaxValue), long.MaxValue);
        }
    }

    /// <summary>Loses a record, as a store does that runs out of memory.</summary>
    public bool Lose(string key)
    {
        lock (_gate)
        {
            return _records.Remove(key);
        }
    }

    public async ValueTask<RemoteRecord> ReadAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (ReadFailure is not null)
        {
            throw ReadFailure;
        }

        RemoteRecord found;
        lock (_gate)
        {
            found = FindNeedsLock(key);
        }

        if (AfterRead is { } after)
        {
            await after(key);
        }

        return found;
    }

    public async ValueTask<bool> CommitAsync(
        IReadOnlyList<RemoteCondition> conditions, IReadOnlyList<RemoteChange> changes, CancellationToken cancellationToken)
    {
        if (BeforeCommit is { } before)
        {
            await before(changes);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (CommitFailure is not null)
        {
            throw CommitFailure;
        }

        lock (_gate)
        {
            if (conditions.Any(condition => FindNeedsLock(condition.Key).Version != condition.Version))
            {
                return false;
            }

            foreach (var change in changes)
            {
                if (change.IsRemoval)
                {
                    _records.Remove(change.Key);
                }
                else
                {
                    var expiresAt = change.TimeToLive is { } left ? NowMs + (long)left.TotalMilliseconds : long.MaxValue;
                    _records[change.Key] = (change.Data.ToArray(), change.Version, expiresAt);
                }
            }

            return true;
        }
    }

    public async IAsyncEnumerable<string> KeysAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var key in AllKeys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }

    private RemoteRecord FindNeedsLock(string key) =>
        _records.TryGetValue(key, out var record) && NowMs < record.ExpiresAt ? new RemoteRecord(record.Data, record.Version) : default;
}
