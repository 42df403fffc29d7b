namespace Larder.Tiers;

/// <summary>A record of a <see cref="IRemoteTier"/>.</summary>
/// <param name="Data">The bytes, not changed by anybody as long as they are in use.</param>
/// <param name="Version">The version that it was written with; zero when the record is absent.</param>
public readonly record struct RemoteRecord(ReadOnlyMemory<byte> Data, long Version)
{
    /// <summary>Gets whether there is a record.</summary>
    public bool Exists => Version != 0;
}
