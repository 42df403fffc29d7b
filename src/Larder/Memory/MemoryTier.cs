using System.Globalization;
using Larder.Diagnostics;
using Larder.Inspection;
using Larder.Keys;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Memory;

/// <summary>The memory of the process as a tier. Every operation completes at once.</summary>
internal sealed class MemoryTier : CacheTier
{
    private readonly CacheClock _clock;
    private readonly MemoryLimits _limits;
    private readonly Lazy<MemoryTier> _records;

    private readonly ValueCopies _copies;

    public MemoryTier(MemoryLimits limits, CacheClock clock, StripedCounters counters, CacheEvents events, ValueCopies? copies = null)
    {
        _copies = copies ?? ValueCopies.None;
        _clock = clock;
        Locks = new MemoryLocks(clock);
        Rates = new MemoryRates(clock);
        _limits = limits;
        Engine = new MemoryEngine(limits, clock, counters, events);
        _records = new Lazy<MemoryTier>(() => new MemoryTier(MemoryLimits.None(_limits.SweepInterval), _clock, new StripedCounters(), new CacheEvents()));
    }

    public MemoryEngine Engine { get; }

    public override string Description => string.Create(CultureInfo.InvariantCulture, $"memory, at most {_limits.MaxEntries:N0} entries and {_limits.MaxBytes:N0} bytes");

    public override MemoryEngine Memory => Engine;

    public override CacheTier Records => _records.Value;

    public override LockStore Locks { get; }

    public override RateStore Rates { get; }

    public override long TagClock => Engine.TagClock;

    public override long HeldEntries => Engine.Count;

    public override long HeldBytes => Engine.Bytes;

    public override bool Stores(in EntryWrite write) => !write.SkipsMemory;

    public override ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken)
    {
        Engine.TryGet(key, intent, out var hit);
        return new(Typed.Result<T>(hit));
    }

    public override ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        var version = Engine.Write(key, _copies.Keep(value), write, condition, out var previous);
        return new(new WriteResult<T>(version, Typed.Result<T>(previous)));
    }

    public override ValueTask<bool> RemoveAsync(string key, WriteCondition condition, CancellationToken cancellationToken) => new(Engine.Remove(key, condition));

    public override ValueTask<long> TryDropAsync(string[] keys, string[] tags, CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            Engine.InvalidateTag(tag, isLazy: false);
        }

        return new(keys.LongCount(key => Engine.Remove(key, WriteCondition.None)));
    }

    public override ValueTask<bool> MarkStaleAsync(string key, CancellationToken cancellationToken) => new(Engine.MarkStale(key));

    public override ValueTask<bool> TouchAsync(string key, CancellationToken cancellationToken)
    {
        Engine.TryGet(key, ReadIntent.Get, out var hit);
        return new(hit.Lives);
    }

    public override ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        Engine.TryGet(key, ReadIntent.Peek, out var hit);
        return new(hit.TimeToLive);
    }

    public override ValueTask<bool> ExpireAsync(string key, long timeToLiveMs, CancellationToken cancellationToken) => new(Engine.Expire(key, timeToLiveMs));

    public override ValueTask<long> IncrementAsync(string key, long by, EntryWrite write, CancellationToken cancellationToken) => new(Engine.Increment(key, by, write));

    public override async IAsyncEnumerable<string> KeysAsync(KeyFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var key in Engine.Keys(filter))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    public override ValueTask<long> RemoveAllAsync(KeyFilter filter, IProgress<long>? progress, CancellationToken cancellationToken) => new(Engine.RemoveAll(filter));

    public override ValueTask MarkAllStaleAsync(KeyFilter filter, CancellationToken cancellationToken)
    {
        Engine.MarkAllStale(filter);
        return default;
    }

    public override ValueTask InvalidateTagAsync(string tag, bool isLazy, CancellationToken cancellationToken)
    {
        Engine.InvalidateTag(tag, isLazy);
        return default;
    }

    public override ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, FillMode mode, FillTicket? previous, CancellationToken cancellationToken) => new(Engine.BeginFill(key, tags));

    public override ValueTask<long> CompleteFillAsync<T>(FillTicket ticket, T value, EntryWrite write, CancellationToken cancellationToken) =>
        new(Engine.CompleteFill((MemoryFillTicket)ticket, _copies.Keep(value), write));

    public override ValueTask<long> CompleteWriteAsync<T>(FillTicket ticket, T value, EntryWrite write) =>
        new(Engine.CompleteFill((MemoryFillTicket)ticket, _copies.Keep(value), write, isChange: true));

    public override ValueTask AbandonFillAsync(FillTicket ticket)
    {
        Engine.AbandonFill((MemoryFillTicket)ticket);
        return default;
    }

    public override ValueTask<bool> CommitAsync(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes, CancellationToken cancellationToken) =>
        new(Engine.Commit(conditions, writes, _copies));

    public override ValueTask<EntryPage> ScanAsync(EntryScan scan, KeyFilter filter, CancellationToken cancellationToken) => new(Engine.Scan(scan, filter));

    public override ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken) => new(Engine.Describe(key));

    public override ValueTask<HeldValue?> ReadHeldAsync(string key, CancellationToken cancellationToken) => new(Engine.Hold(key));

    public override async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        if (_records.IsValueCreated)
        {
            await _records.Value.DisposeAsync().ConfigureAwait(false);
        }
    }
}
