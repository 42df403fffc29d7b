namespace Larder.Tiers;

/// <summary>A change of one record: written anew, or removed.</summary>
/// <param name="Key">The key.</param>
/// <param name="Data">The bytes, valid during the call; empty for a removal.</param>
/// <param name="Version">The new version; zero for a removal.</param>
/// <param name="TimeToLive">How long the record lives from now on, at most a thousand years; <see langword="null"/> for ever.</param>
public readonly record struct RemoteChange(string Key, ReadOnlyMemory<byte> Data, long Version, TimeSpan? TimeToLive)
{
    /// <summary>Gets whether the record is removed.</summary>
    public bool IsRemoval => Version == 0;

    /// <summary>Makes a removal.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The removal; removing an absent record changes nothing.</returns>
    public static RemoteChange Remove(string key) => new(key, default, 0, null);
}
