using Larder.Diagnostics;

namespace Larder.Tiers;

/// <summary>Makes the tier of a store that several processes share, for the cache whose settings hold it.</summary>
internal abstract class SharedTierFactory
{
    /// <summary>Applies settings from one place of configuration or environment, after those that were applied before.</summary>
    /// <param name="settings">The settings.</param>
    /// <exception cref="ArgumentException">One is unknown or malformed; the message names it.</exception>
    public virtual void Apply(IReadOnlyList<SharedTierSetting> settings)
    {
    }

    /// <summary>Gets the settings, for tools that show them: the public properties of an object.</summary>
    public virtual object? Shown => null;

    /// <summary>Takes where the store is from a place that is not Larder's own, if nothing else has said it.</summary>
    public virtual void Suggest(string connectionString)
    {
    }

    /// <summary>Finds what is wrong with the settings; each message names the setting, its value, and what to do.</summary>
    public virtual IEnumerable<string> Failures() => [];

    /// <summary>Makes the tier of a cache.</summary>
    /// <param name="name">The name of the cache.</param>
    /// <param name="options">Its checked settings.</param>
    /// <param name="diagnostics">Where the tier counts and logs.</param>
    /// <param name="clock">What tells the time.</param>
    /// <param name="reason">Why there is a tier, or why there is none, for the log.</param>
    /// <returns>The tier; <see langword="null"/> when the settings name no store, so that the cache is in memory only.</returns>
    public abstract CacheTier? Create(string name, CacheOptions options, CacheDiagnostics diagnostics, CacheClock clock, out string reason);
}
