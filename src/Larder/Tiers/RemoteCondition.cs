namespace Larder.Tiers;

/// <summary>What must hold for a commit.</summary>
/// <param name="Key">The key of a record.</param>
/// <param name="Version">The version that it must have; zero when it must be absent.</param>
public readonly record struct RemoteCondition(string Key, long Version);
