namespace Larder.Tiers;

/// <summary>What must hold of an entry for a write to take place. An expired entry is absent.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Version">The version, for <see cref="WriteConditionKind.Version"/>.</param>
internal readonly record struct WriteCondition(WriteConditionKind Kind, long Version)
{
    public static WriteCondition None => default;

    public static WriteCondition Absent => new(WriteConditionKind.Absent, 0);

    public static WriteCondition Present => new(WriteConditionKind.Present, 0);

    public static WriteCondition HasVersion(long version) => version == 0 ? Absent : new WriteCondition(WriteConditionKind.Version, version);

    /// <summary>Tells whether the condition holds for an entry of this version, which is zero when the entry is absent.</summary>
    public bool Holds(long version) => Kind switch
    {
        WriteConditionKind.Absent => version == 0,
        WriteConditionKind.Present => version != 0,
        WriteConditionKind.Version => version == Version,
        _ => true,
    };
}
