using System.Globalization;
using Microsoft.Extensions.Options;

namespace Larder.Hosting;

/// <summary>Checks settings; each message names the setting, its value, and what to do.</summary>
internal sealed class CacheOptionsValidator : IValidateOptions<CacheOptions>
{
    public ValidateOptionsResult Validate(string? name, CacheOptions options)
    {
        name = string.IsNullOrEmpty(name) ? CacheFactory.DefaultName : name;
        var failures = Failures(name, options, isShared: false).ToArray();
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures.Select(failure => $"Larder cache '{name}': {failure}"));
    }

    /// <summary>Throws if settings are out of their ranges.</summary>
    /// <param name="name">The name of the cache.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="isShared">Whether its keys lie beside those of others although the settings name no shared tier.</param>
    public static void ThrowIfInvalid(string name, CacheOptions options, bool isShared)
    {
        if (Failures(name, options, isShared).FirstOrDefault() is { } failure)
        {
            throw new ArgumentException($"Larder cache '{name}': {failure}", nameof(options));
        }
    }

    private static IEnumerable<string> Failures(string name, CacheOptions options, bool isShared)
    {
        var memory = options.Memory;
        return new[]
        {
            Positive(options.TimeToLive, nameof(options.TimeToLive)),
            Positive(options.SlidingExpiration, nameof(options.SlidingExpiration)),
            Positive(options.MemoryTimeToLive, nameof(options.MemoryTimeToLive)),
            Positive(options.NegativeTimeToLive, nameof(options.NegativeTimeToLive)),
            Positive(options.LoadTimeout, nameof(options.LoadTimeout)),
            Positive(options.SoftTimeout, nameof(options.SoftTimeout)),
            options.MaxStale < TimeSpan.Zero ? $"MaxStale is {options.MaxStale}, and must not be negative. Use zero for no stale values." : null,
            options.FailurePause < TimeSpan.Zero ? $"FailurePause is {options.FailurePause}, and must not be negative. Use zero to try again at each read." : null,
            options.StaleWhileRevalidate && options.MaxStale == TimeSpan.Zero ? "StaleWhileRevalidate is set but MaxStale is zero, so that there is never a stale value. Set MaxStale." : null,
            options.TimeToLiveJitter is >= 0 and <= 0.9 ? null : Invariant($"TimeToLiveJitter is {options.TimeToLiveJitter}, and must be a fraction from 0 to 0.9."),
            options.MaxConcurrentLoads is < 1 ? Invariant($"MaxConcurrentLoads is {options.MaxConcurrentLoads}, and must be at least 1. Leave it out for no limit.") : null,
            Range(options.MaxConcurrentRefreshes, 1, 10_000, nameof(options.MaxConcurrentRefreshes)),
            Range(options.MaxKeyLength, 16, 65_536, nameof(options.MaxKeyLength)),
            Range(options.MaxTagLength, 16, Limits.DefaultMaxLength, nameof(options.MaxTagLength)),
            Range(options.MaxTagsPerEntry, 1, 1024, nameof(options.MaxTagsPerEntry)),
            Enum.IsDefined(options.Copy) ? null : $"Copy is {options.Copy}, and must be Never or WhenMutable.",
            Range(memory.MaxEntries, 1, 1_000_000_000, "Memory.MaxEntries"),
            memory.MaxBytes is < 65_536 ? Invariant($"Memory.MaxBytes is {memory.MaxBytes:N0}, and must be at least 65,536 (64 KiB).") : null,
            memory.SweepInterval < TimeSpan.FromMilliseconds(100) || memory.SweepInterval > TimeSpan.FromHours(1)
                ? $"Memory.SweepInterval is {memory.SweepInterval}, and must be between 100 milliseconds and 1 hour."
                : null,
            SerializerFailure(options),
            PrefixFailure(options.Prefix) ?? (isShared || options.SharedTier is not null ? SharedPrefixFailure(name, options) : null),
        }.OfType<string>().Concat(options.SharedTier?.Failures() ?? []);
    }

    private static string? SerializerFailure(CacheOptions options)
    {
        if (options.AdditionalSerializers.Contains(null!))
        {
            return "AdditionalSerializers holds a null.";
        }

        var twice = options.AdditionalSerializers.Prepend(options.Serializer ?? new Serialization.JsonCacheSerializer()).GroupBy(serializer => serializer.FormatId).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? null : Invariant(
            $"AdditionalSerializers: {string.Join(" and ", twice.Select(serializer => serializer.GetType().Name))} have the same FormatId, {twice.Key}, so that it is open which one reads. Give each its own, and leave out that of Serializer.");
    }

    private static string? PrefixFailure(string? prefix) => prefix switch
    {
        null => null,
        _ when prefix.TrimEnd(Keys.KeySpace.Separator).Length == 0 => "Prefix is empty. Leave it out to use the name of the cache.",
        _ when prefix.Contains('!', StringComparison.Ordinal) => $"Prefix is '{prefix}'; the character '!' is reserved for internal records.",
        _ when !Keys.Utf16.IsWellFormed(prefix) => "Prefix is not well-formed UTF-16.",
        _ when prefix.Length > 256 => Invariant($"Prefix is {prefix.Length} characters long; the limit is 256."),
        _ => null,
    };

    /// <summary>In a shared store the first separator of a key ends the prefix: with another one inside, <c>a:b</c> would reach into the keys of <c>a</c>.</summary>
    private static string? SharedPrefixFailure(string name, CacheOptions options)
    {
        var prefix = CacheFactory.StorePrefix(name, options);
        if (!prefix.Contains(Keys.KeySpace.Separator, StringComparison.Ordinal))
        {
            return prefix.Length == 0 ? "Its name cannot be the prefix of its keys in a shared store. Set Prefix." : null;
        }

        return $"{(options.Prefix is null ? "Prefix is left out, so that it is the name of the cache," : "Prefix is")} '{prefix}'; in a shared store it must not contain ':', "
            + $"which separates it from the keys. Use '.' or '-' in its place: '{prefix.Replace(Keys.KeySpace.Separator, '.')}'.";
    }

    private static string? Positive(TimeSpan? duration, string name) =>
        duration <= TimeSpan.Zero ? $"{name} is {duration}, and must be above zero. Use CacheTtl.Never (in configuration 'never') for no limit." : null;

    private static string? Range(int value, int low, int high, string name) =>
        value >= low && value <= high ? null : Invariant($"{name} is {value:N0}, and must be from {low:N0} to {high:N0}.");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
