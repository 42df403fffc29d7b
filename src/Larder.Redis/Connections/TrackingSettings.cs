namespace Larder.Redis.Connections;

/// <summary>What a server is to tell of changes, by <c>CLIENT TRACKING</c>.</summary>
/// <param name="Prefixes">What the keys begin with whose changes are told, whether or not they were read; none for the keys that were read.</param>
internal sealed record TrackingSettings(IReadOnlyList<string> Prefixes)
{
    public bool IsBroadcast => Prefixes.Count > 0;
}
