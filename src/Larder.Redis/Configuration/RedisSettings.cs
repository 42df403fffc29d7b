using System.Globalization;
using Larder.Hosting;
using Larder.Tiers;

namespace Larder.Redis.Configuration;

/// <summary>Reads options from text: from configuration, environment, and the query of an address. Each says what it expects, and an unknown one is an error.</summary>
internal static class RedisSettings
{
    private static readonly Dictionary<string, Action<RedisOptions, string>> s_settings = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(RedisOptions.ConnectionString)] = (options, text) => options.ConnectionString = Text(text),
        [nameof(RedisOptions.Endpoints)] = (options, text) => options.Endpoints = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        [nameof(RedisOptions.Mode)] = (options, text) => options.Mode = SettingsText.Choice<RedisMode>(text),
        [nameof(RedisOptions.User)] = (options, text) => options.User = Text(text),
        [nameof(RedisOptions.Password)] = (options, text) => options.Password = Text(text),
        [nameof(RedisOptions.Database)] = (options, text) => options.Database = SettingsText.Integer(text),
        [nameof(RedisOptions.Tls)] = (options, text) => options.Tls = SettingsText.Boolean(text),
        [nameof(RedisOptions.TlsHost)] = (options, text) => options.TlsHost = Text(text),
        [nameof(RedisOptions.TlsAuthorityFile)] = (options, text) => options.TlsAuthorityFile = Text(text),
        [nameof(RedisOptions.TlsCertificateFile)] = (options, text) => options.TlsCertificateFile = Text(text),
        [nameof(RedisOptions.TlsKeyFile)] = (options, text) => options.TlsKeyFile = Text(text),
        [nameof(RedisOptions.TlsTrustAnyCertificate)] = (options, text) => options.TlsTrustAnyCertificate = SettingsText.Boolean(text),
        [nameof(RedisOptions.ClientName)] = (options, text) => options.ClientName = Text(text),
        [nameof(RedisOptions.ConnectTimeout)] = (options, text) => options.ConnectTimeout = SettingsText.Duration(text),
        [nameof(RedisOptions.CommandTimeout)] = (options, text) => options.CommandTimeout = SettingsText.Duration(text),
        [nameof(RedisOptions.SoftTimeout)] = (options, text) => options.SoftTimeout = SettingsText.Duration(text),
        [nameof(RedisOptions.HeartbeatInterval)] = (options, text) => options.HeartbeatInterval = SettingsText.Duration(text),
        [nameof(RedisOptions.RetryCount)] = (options, text) => options.RetryCount = SettingsText.Integer(text),
        [nameof(RedisOptions.RetryDelay)] = (options, text) => options.RetryDelay = SettingsText.Duration(text),
        [nameof(RedisOptions.BulkThreshold)] = (options, text) => options.BulkThreshold = Size(text),
        [nameof(RedisOptions.CompressionThreshold)] = (options, text) => options.CompressionThreshold = text.Trim().Equals("never", StringComparison.OrdinalIgnoreCase) ? null : Size(text),
        [nameof(RedisOptions.MaxEntries)] = (options, text) => options.MaxEntries = SettingsText.Integer(text),
        [nameof(RedisOptions.MaxValueBytes)] = (options, text) => options.MaxValueBytes = Size(text),
        [nameof(RedisOptions.SentinelServiceName)] = (options, text) => options.SentinelServiceName = Text(text),
        [nameof(RedisOptions.SentinelUser)] = (options, text) => options.SentinelUser = Text(text),
        [nameof(RedisOptions.SentinelPassword)] = (options, text) => options.SentinelPassword = Text(text),
        [nameof(RedisOptions.ReadFromReplicas)] = (options, text) => options.ReadFromReplicas = SettingsText.Boolean(text),
        [nameof(RedisOptions.Coherence)] = (options, text) => options.Coherence = SettingsText.Choice<CacheCoherence>(text),
        [nameof(RedisOptions.LocalCopies)] = (options, text) => options.LocalCopies = SettingsText.Choice<RedisLocalCopies>(text),
        [nameof(RedisOptions.TrustPeriod)] = (options, text) => options.TrustPeriod = SettingsText.Duration(text),
        [nameof(RedisOptions.LockReplicas)] = (options, text) => options.LockReplicas = SettingsText.Integer(text),
        [nameof(RedisOptions.ConnectOnStart)] = (options, text) => options.ConnectOnStart = SettingsText.Boolean(text),
        [nameof(RedisOptions.Strict)] = (options, text) => options.Strict = SettingsText.Boolean(text),
    };

    /// <summary>Gets the names of all settings.</summary>
    public static string Names => string.Join(", ", s_settings.Keys);

    /// <summary>Applies the settings of one place; its connection string first, so that single settings beside it count more.</summary>
    /// <exception cref="ArgumentException">A setting is unknown or malformed.</exception>
    public static void Apply(RedisOptions options, IReadOnlyList<SharedTierSetting> settings)
    {
        foreach (var setting in settings.Where(IsConnectionString).Concat(settings.Where(setting => !IsConnectionString(setting) && !IsListItem(setting))))
        {
            ApplyOne(options, setting);
        }

        // A list has a setting for each item: Endpoints:0, Endpoints:1.
        if (settings.Where(IsListItem).Select(setting => setting.Text).ToArray() is { Length: > 0 } endpoints)
        {
            options.Endpoints = endpoints;
        }
    }

    /// <summary>Applies one setting.</summary>
    /// <returns>Whether there is such a setting.</returns>
    /// <exception cref="FormatException">The text is malformed; the message says what is expected, and does not show it.</exception>
    public static bool TryApply(RedisOptions options, string name, string text)
    {
        if (!s_settings.TryGetValue(name, out var apply))
        {
            return false;
        }

        apply(options, text);
        return true;
    }

    private static void ApplyOne(RedisOptions options, SharedTierSetting setting)
    {
        try
        {
            if (TryApply(options, setting.Name, setting.Text))
            {
                return;
            }
        }
        catch (ArgumentException exception) when (IsConnectionString(setting))
        {
            throw new ArgumentException($"{setting.Path}: {exception.InnerException?.Message ?? exception.Message}", nameof(setting), exception);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw new ArgumentException($"{setting.Path} is '{setting.Text}': {exception.Message}", nameof(setting), exception);
        }

        throw new ArgumentException($"{setting.Path} is not a setting of Larder. The settings of Redis are: {Names}.", nameof(setting));
    }

    private static bool IsConnectionString(SharedTierSetting setting) => setting.Name.Equals(nameof(RedisOptions.ConnectionString), StringComparison.OrdinalIgnoreCase);

    private static bool IsListItem(SharedTierSetting setting) =>
        setting.Name.StartsWith(nameof(RedisOptions.Endpoints) + ":", StringComparison.OrdinalIgnoreCase)
        && int.TryParse(setting.Name.AsSpan(nameof(RedisOptions.Endpoints).Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string? Text(string text) => text.Length == 0 ? null : text;

    private static int Size(string text) => checked((int)SettingsText.Size(text));
}
