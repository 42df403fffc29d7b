using Larder.Tiers;
using Microsoft.Extensions.Configuration;

namespace Larder.Hosting;

/// <summary>
/// Reads settings from configuration and environment. Not the general binder, which would take <c>3600</c> for 3,600 days: each
/// setting says what it expects, and an unknown one is an error.
/// </summary>
internal static class SettingsReader
{
    public const string Section = "Larder";

    private const string SharedTier = "Redis";

    private static readonly string[] s_sections = ["Caches", "Memory", SharedTier];

    private static readonly Dictionary<string, Action<CacheOptions, string>> s_settings = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(CacheOptions.Enabled)] = (options, text) => options.Enabled = SettingsText.Boolean(text),
        [nameof(CacheOptions.Prefix)] = (options, text) => options.Prefix = text,
        [nameof(CacheOptions.TimeToLive)] = (options, text) => options.TimeToLive = SettingsText.Duration(text),
        [nameof(CacheOptions.SlidingExpiration)] = (options, text) => options.SlidingExpiration = SettingsText.Duration(text),
        [nameof(CacheOptions.MemoryTimeToLive)] = (options, text) => options.MemoryTimeToLive = SettingsText.Duration(text),
        [nameof(CacheOptions.TimeToLiveJitter)] = (options, text) => options.TimeToLiveJitter = SettingsText.Fraction(text),
        [nameof(CacheOptions.NegativeTimeToLive)] = (options, text) => options.NegativeTimeToLive = SettingsText.Duration(text),
        [nameof(CacheOptions.StoreNull)] = (options, text) => options.StoreNull = SettingsText.Boolean(text),
        [nameof(CacheOptions.MaxStale)] = (options, text) => options.MaxStale = SettingsText.Duration(text),
        [nameof(CacheOptions.StaleWhileRevalidate)] = (options, text) => options.StaleWhileRevalidate = SettingsText.Boolean(text),
        [nameof(CacheOptions.EarlyRefresh)] = (options, text) => options.EarlyRefresh = SettingsText.EarlyRefresh(text),
        [nameof(CacheOptions.LoadTimeout)] = (options, text) => options.LoadTimeout = SettingsText.Duration(text),
        [nameof(CacheOptions.SoftTimeout)] = (options, text) => options.SoftTimeout = SettingsText.Duration(text),
        [nameof(CacheOptions.FailurePause)] = (options, text) => options.FailurePause = SettingsText.Duration(text),
        [nameof(CacheOptions.MaxConcurrentLoads)] = (options, text) => options.MaxConcurrentLoads = SettingsText.Integer(text),
        [nameof(CacheOptions.MaxConcurrentRefreshes)] = (options, text) => options.MaxConcurrentRefreshes = SettingsText.Integer(text),
        [nameof(CacheOptions.MaxKeyLength)] = (options, text) => options.MaxKeyLength = SettingsText.Integer(text),
        [nameof(CacheOptions.MaxTagLength)] = (options, text) => options.MaxTagLength = SettingsText.Integer(text),
        [nameof(CacheOptions.MaxTagsPerEntry)] = (options, text) => options.MaxTagsPerEntry = SettingsText.Integer(text),
        [nameof(CacheOptions.PersistDelayedInvalidations)] = (options, text) => options.PersistDelayedInvalidations = SettingsText.Boolean(text),
        [nameof(CacheOptions.Copy)] = (options, text) => options.Copy = SettingsText.Choice<CopyMode>(text),
        ["Memory:MaxEntries"] = (options, text) => options.Memory.MaxEntries = SettingsText.Integer(text),
        ["Memory:MaxBytes"] = (options, text) => options.Memory.MaxBytes = SettingsText.Size(text),
        ["Memory:Eviction"] = (options, text) => options.Memory.Eviction = SettingsText.Choice<EvictionPolicy>(text),
        ["Memory:TrimOnMemoryPressure"] = (options, text) => options.Memory.TrimOnMemoryPressure = SettingsText.Boolean(text),
        ["Memory:SweepInterval"] = (options, text) => options.Memory.SweepInterval = SettingsText.Duration(text),
    };

    /// <summary>Applies the settings of a configuration section.</summary>
    public static void Apply(CacheOptions options, IConfiguration section)
    {
        ApplyChildren(options, section, "", s_sections);
        ApplyChildren(options, section.GetSection("Memory"), "Memory:", []);
        var shared = new List<SharedTierSetting>();
        Collect(section.GetSection(SharedTier), "", shared);
        ApplyShared(options, shared);
    }

    /// <summary>Applies the variables of the environment whose names begin with <c>Larder__</c>.</summary>
    public static void ApplyEnvironment(CacheOptions options)
    {
        var shared = new List<SharedTierSetting>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (!name.StartsWith(Section + "__", StringComparison.OrdinalIgnoreCase) || variable.Value is not string { Length: > 0 } text)
            {
                continue;
            }

            var setting = name[(Section.Length + 2)..].Replace("__", ":", StringComparison.Ordinal);
            if (setting.StartsWith(SharedTier + ":", StringComparison.OrdinalIgnoreCase))
            {
                shared.Add(new SharedTierSetting(setting[(SharedTier.Length + 1)..], text, name));
            }
            else if (!setting.StartsWith("Caches:", StringComparison.OrdinalIgnoreCase))
            {
                Apply(options, setting, text, name);
            }
        }

        ApplyShared(options, shared);
    }

    /// <summary>Refuses settings of a shared tier that nothing has read: the cache would silently be in memory.</summary>
    public static void RequireSharedTier(CacheOptions options, bool isContainer)
    {
        if (options.SharedTier is null && options.SharedTierSettings.Find(setting => setting.Text.Length > 0) is { Path: { } path })
        {
            throw new ArgumentException(
                $"{path} is set, but this application has no Redis tier. Reference the package Larder.Redis{(isContainer ? " and call UseRedis() in AddLarder" : "")}, or clear the setting to cache in memory.",
                nameof(options));
        }
    }

    private static void ApplyShared(CacheOptions options, List<SharedTierSetting> settings)
    {
        if (options.SharedTier is { } tier)
        {
            tier.Apply(settings);
        }
        else
        {
            options.SharedTierSettings.AddRange(settings);
        }
    }

    private static void Collect(IConfigurationSection section, string scope, List<SharedTierSetting> settings)
    {
        foreach (var child in section.GetChildren())
        {
            if (child.Value is { } text)
            {
                settings.Add(new SharedTierSetting(scope + child.Key, text, child.Path));
            }

            Collect(child, scope + child.Key + ":", settings);
        }
    }

    private static void ApplyChildren(CacheOptions options, IConfiguration section, string scope, string[] sections)
    {
        foreach (var child in section.GetChildren())
        {
            if (child.Value is { } text)
            {
                Apply(options, scope + child.Key, text, child.Path);
            }
            else if (!sections.Contains(child.Key, StringComparer.OrdinalIgnoreCase) && child.GetChildren().Any())
            {
                throw Unknown(child.Path);
            }
        }
    }

    private static void Apply(CacheOptions options, string setting, string text, string path)
    {
        if (!s_settings.TryGetValue(setting, out var apply))
        {
            // An empty section, such as "Memory": {}, has an empty value or none.
            if (text.Length == 0 && s_sections.Contains(setting, StringComparer.OrdinalIgnoreCase))
            {
                return;
            }

            throw Unknown(path);
        }

        try
        {
            apply(options, text);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw new ArgumentException($"{path} is '{text}': {exception.Message}", nameof(text), exception);
        }
    }

    private static ArgumentException Unknown(string path) =>
        new($"{path} is not a setting of Larder. The settings are: {string.Join(", ", s_settings.Keys)}.", nameof(path));
}
