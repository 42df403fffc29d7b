using System.Collections;
using System.Globalization;
using System.Reflection;
using Larder.Dashboard.Documents;
using Larder.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Dashboard.Collecting;

/// <summary>The settings of a cache as text, each with where it comes from. Secrets are not shown.</summary>
internal static class Settings
{
    private const string Hidden = "***";

    private static readonly string[] s_secrets = ["Password", "Secret", "Token", "Certificate", "ConnectionString", "Credential"];

    public static SettingsOfCache Of(WatchedCache cache, IServiceProvider services)
    {
        var options = cache.Cache.Core.Options;
        var section = services.GetRequiredService<CacheRegistrations>().SectionOf(services);
        var own = section?.GetSection("Caches:" + cache.Name);
        var settings = new List<SettingDocument>();
        Add(settings, "", options, new CacheOptions(), IsConfigured);
        Add(settings, "Memory.", options.Memory, new MemoryOptions(), IsConfigured);
        if (options.SharedTier?.Shown is { } shared)
        {
            Add(settings, "Redis.", shared, Activator.CreateInstance(shared.GetType())!, IsConfigured);
        }

        return new SettingsOfCache(cache.Name, settings);

        bool IsConfigured(string name) => name.Replace('.', ':') is var path && (section?[path] is not null || own?[path] is not null);
    }

    private static void Add(List<SettingDocument> settings, string prefix, object options, object defaults, Func<string, bool> isConfigured)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetMethod is not null && property.GetIndexParameters().Length == 0))
        {
            if (property.GetValue(options) is var value && value is MemoryOptions)
            {
                continue;
            }

            var text = Text(value);
            var source = isConfigured(prefix + property.Name) ? "configuration" : text == Text(property.GetValue(defaults)) ? "default" : "code";
            var isSecret = text.Length > 0 && s_secrets.Any(secret => property.Name.Contains(secret, StringComparison.OrdinalIgnoreCase));
            settings.Add(new SettingDocument(prefix + property.Name, isSecret ? Hidden : text, source));
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        Delegate => "a delegate",
        IEnumerable many => string.Join(", ", many.Cast<object?>().Select(Text)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
