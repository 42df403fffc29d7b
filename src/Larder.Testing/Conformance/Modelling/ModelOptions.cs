namespace Larder.Testing.Conformance.Modelling;

/// <summary>Options of a write, as the cache takes them and as the model does.</summary>
/// <param name="Text">How the options print.</param>
/// <param name="Options">What the cache is given.</param>
/// <param name="TimeToLiveMs">The time to live, or the absolute cap of a sliding entry.</param>
/// <param name="SlidingMs">The sliding window; zero for none.</param>
/// <param name="Tags">The tags.</param>
internal sealed record ModelOptions(string Text, CacheEntryOptions Options, long TimeToLiveMs, long SlidingMs, string[] Tags)
{
    /// <summary>Gets the options without the tags, for loaders that add the tags themselves.</summary>
    public CacheEntryOptions WithoutTags => Options with { Tags = null };
}
