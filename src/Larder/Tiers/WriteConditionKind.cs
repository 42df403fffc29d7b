namespace Larder.Tiers;

/// <summary>The kinds of <see cref="WriteCondition"/>.</summary>
internal enum WriteConditionKind : byte
{
    None,
    Absent,
    Present,
    Version,
}
