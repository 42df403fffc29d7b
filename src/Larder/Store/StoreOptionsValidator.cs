namespace Larder.Store;

/// <summary>Checks settings; each message names the setting, its value, and what to do.</summary>
internal static class StoreOptionsValidator
{
    public static void ThrowIfInvalid(string name, StoreOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (options.TimeToLive is { } timeToLive)
        {
            Limits.RequirePositive(timeToLive, nameof(options.TimeToLive), nameof(options));
        }

        if (options.NegativeTimeToLive is { } negative)
        {
            Limits.RequirePositive(negative, nameof(options.NegativeTimeToLive), nameof(options));
        }

        if (!Enum.IsDefined(options.Consistency))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Consistency, $"Consistency is {options.Consistency}, which is no {nameof(StoreConsistency)}.");
        }

        if (options.IntentLife < TimeSpan.FromSeconds(1) || options.IntentLife > TimeSpan.FromHours(1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.IntentLife, $"IntentLife is {options.IntentLife}, and must be from 1 second to 1 hour: longer than a command and its commit take.");
        }
    }
}
