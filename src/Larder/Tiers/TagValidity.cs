namespace Larder.Tiers;

/// <summary>What the tags of an entry say of it.</summary>
internal enum TagValidity : byte
{
    Valid,
    Stale,
    Invalid,
}
