using Larder.Keys;
using Larder.Memory;
using Larder.Redis.Tracking;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>
/// Entries that live in the memory of this process only. They lie among the copies and are no copies: they are used also while those are not believed, and stay when those are dropped.
/// What this process changes reaches them; other processes know nothing of them.
/// </summary>
internal sealed partial class RedisTier
{
    public override bool HoldsOwn => _local is not null;

    public override FillTicket BeginOwnFill(string key, string[]? tags)
    {
        var clock = _tags.LocalInvalidations;
        return new OwnFillTicket(_local!.Engine.BeginFill(key, tags), clock);
    }

    private bool IsOwn(string key) => _local is { HasOwn: true } && _local.IsOwn(key);

    private IEnumerable<string> OwnKeys(KeyFilter filter) => _local is { HasOwn: true } ? _local.Engine.Keys(filter).Where(_local.IsOwn) : [];

    private WriteResult<T> WriteOwn<T>(string key, T value, EntryWrite write, WriteCondition condition)
    {
        VoidFills(key);
        var version = _local!.WriteOwn(key, Kept(value), write, condition, out var previous);
        return new WriteResult<T>(version, Typed.Result<T>(previous));
    }

    /// <summary>Reads what is in memory only, the value in reserve included.</summary>
    private CacheResult<T> ReadOwn<T>(string key, ReadIntent intent) =>
        _local is not null && (_local.TryGet(key, intent, out var hit) || hit.IsOwn) ? Typed.Result<T>(hit) : default;
}
