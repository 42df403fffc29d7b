using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>What stands under a key in Redis.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="ForeignBytes">The whole value, if another program wrote it.</param>
internal readonly record struct RedisState(StoredState Entry, byte[]? ForeignBytes)
{
    public bool Lives => Entry.Lives;

    /// <summary>Gets whether there is something under the key, whatever it is.</summary>
    public bool Exists => Entry.RecordVersion != 0 || ForeignBytes is not null;
}
