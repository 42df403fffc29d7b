using System.Globalization;
using System.Reflection;
using Larder.EntityFrameworkCore;
using Larder.PostgreSql;
using Larder.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Conventions.Docs;

/// <summary>docs/reference/options.md says of every option what the library does.</summary>
public class OptionsPageTests
{
    private const string Page = "docs/reference/options.md";

    private static readonly Dictionary<string, object> s_instances = new(StringComparer.Ordinal)
    {
        [nameof(CacheOptions)] = new CacheOptions(),
        [nameof(MemoryOptions)] = new MemoryOptions(),
        [nameof(RedisOptions)] = new RedisOptions(),
        [nameof(CachePolicy)] = new CachePolicy(),
        [nameof(CacheEntryOptions)] = default(CacheEntryOptions),
        [nameof(SourceCacheOptions)] = new SourceCacheOptions(),
        [nameof(WriteBehindOptions)] = new WriteBehindOptions(),
        [nameof(WarmUpOptions)] = new WarmUpOptions(),
        [nameof(StoreOptions)] = new StoreOptions(),
        [nameof(OutboxOptions)] = new OutboxOptions(),
        [nameof(EntityCacheOptions)] = new EntityCacheOptions(),
        [nameof(EntityOptions)] = new EntityOptions(),
        [nameof(PostgresChangeOptions)] = new PostgresChangeOptions(),
        [nameof(LarderHybridCacheOptions)] = new LarderHybridCacheOptions(),
        [nameof(CacheHealthOptions)] = new CacheHealthOptions(),
    };

    public static TheoryData<string> Types => new(s_instances.Keys);

    [Theory]
    [LedgerFault(27)]
    [MemberData(nameof(Types))]
    public void Every_option_stands_on_the_page_and_no_other(string type)
    {
        var options = PropertiesOf(type).Select(property => property.Name).Order(StringComparer.Ordinal);

        Assert.Equal(options, Rows(type).Select(row => MarkdownTable.Code(row[0])).Order(StringComparer.Ordinal));
    }

    [Theory]
    [Ledger(15, 18, 19, 173)]
    [LedgerFault(53, 54)]
    [MemberData(nameof(Types))]
    public void Every_default_is_the_real_one(string type)
    {
        var findings = new Findings($"Defaults of {type} on {Page} are those of the library.");
        foreach (var property in PropertiesOf(type).Where(property => property.PropertyType != typeof(MemoryOptions) && property.PropertyType != typeof(CacheEntryOptions)))
        {
            var stated = MarkdownTable.Code(Rows(type).Single(row => MarkdownTable.Code(row[0]) == property.Name)[1]);
            var real = Text(property.GetValue(s_instances[type]));
            if (stated != real)
            {
                findings.Add($"{property.Name}: the page says {stated}, the library has {real}");
            }
        }

        findings.AssertNone();
    }

    [Theory]
    [InlineData(nameof(CacheOptions))]
    [InlineData(nameof(MemoryOptions))]
    [InlineData(nameof(RedisOptions))]
    public void Every_configuration_key_sets_its_option_and_the_example_is_understood(string type)
    {
        var findings = new Findings($"Configuration keys of {type} on {Page} set the option in whose row they stand.");
        foreach (var row in Rows(type).Where(row => row[3].Length > 0))
        {
            var (cache, redis) = Configured(MarkdownTable.Code(row[3]), MarkdownTable.Code(row[4]));
            object options = type switch { nameof(MemoryOptions) => cache.Memory, nameof(RedisOptions) => redis, _ => cache };
            foreach (var property in PropertiesOf(type).Where(property => property.PropertyType != typeof(MemoryOptions)))
            {
                // A connection string names servers, that is what it is for.
                var isSet = Text(property.GetValue(options)) != Text(property.GetValue(s_instances[type]));
                if (isSet != (property.Name == MarkdownTable.Code(row[0])) && !(redis.ConnectionString is not null && property.Name == nameof(RedisOptions.Endpoints)))
                {
                    findings.Add($"{row[3]} = {row[4]}: {property.Name} is {(isSet ? "changed" : "not changed")}");
                }
            }
        }

        findings.AssertNone();
    }

    [Fact]
    public void Every_setting_that_configuration_knows_stands_on_the_page()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Configured("NoSuchSetting", "1"));
        var refusalOfRedis = Assert.Throws<ArgumentException>(() => Configured("Redis:NoSuchSetting", "1"));
        var known = refusal.Message.Split("The settings are: ")[1].Split('.')[0].Split(", ")
            .Concat(refusalOfRedis.Message.Split("The settings of Redis are: ")[1].Split('.')[0].Split(", ").Select(name => "Redis:" + name));

        string[] configured = [nameof(CacheOptions), nameof(MemoryOptions), nameof(RedisOptions)];
        var listed = configured.SelectMany(Rows).Select(row => MarkdownTable.Code(row[3])).Where(key => key.Length > 0);

        Assert.Equal(known.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static IReadOnlyList<string[]> Rows(string type) => MarkdownTable.Under(Page, "## " + type);

    private static IEnumerable<PropertyInfo> PropertiesOf(string type) =>
        s_instances[type].GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public);

    /// <summary>The settings that a container makes of one configuration key. Not validated, because one setting may need another.</summary>
    private static (CacheOptions Cache, RedisOptions Redis) Configured(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Larder:" + key, value)]).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        var redis = new RedisOptions();
        services.AddLarder(larder => larder.UseRedis(options => redis = options));
        using var provider = services.BuildServiceProvider();
        var options = new CacheOptions();
        foreach (var setup in provider.GetServices<IConfigureOptions<CacheOptions>>().OfType<IConfigureNamedOptions<CacheOptions>>())
        {
            setup.Configure("default", options);
        }

        return (options, redis);
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        TimeSpan duration => duration.ToString("c", CultureInfo.InvariantCulture),
        IReadOnlyList<string> list => list.Count == 0 ? "none" : string.Join(", ", list),
        System.Collections.ICollection { Count: 0 } => "none",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
