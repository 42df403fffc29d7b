using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Hosting;

/// <summary>Settings that change while a cache is used, and settings from a section of one's own.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task How_entries_are_stored_follows_the_configuration()
    {
        var (provider, configuration, log) = Setup(("Larder:TimeToLive", "10m"), ("Larder:Caches:products:StoreNull", "true"));
        await using var _ = provider;
        var (cache, products) = (provider.GetRequiredService<ICache>(), provider.GetRequiredKeyedService<ICache>("products"));
        var policy = new CachePolicy { MaxStale = TimeSpan.FromHours(1) };
        await cache.SetAsync("before", 1, policy);

        Change(configuration, ("Larder:TimeToLive", "20m"), ("Larder:Caches:products:StoreNull", "false"));

        await cache.SetAsync("after", 1, policy);
        await products.GetOrCreateAsync("null", _ => new ValueTask<string?>((string?)null));
        Assert.Equal(10, Minutes(await cache.GetTimeToLiveAsync("before")));
        Assert.Equal(20, Minutes(await cache.GetTimeToLiveAsync("after")));
        Assert.False(await products.ExistsAsync("null"));
        Assert.Equal(2, log.Entries.Count(entry => entry is { Category: "Larder.Cache", Id.Id: 9 }));
    }

    [Fact]
    public async Task Hybrid_caches_follow_too()
    {
        var (provider, configuration, _) = Setup(("Larder:TimeToLive", "10m"));
        await using var disposed = provider;
        var (cache, hybrid) = (provider.GetRequiredService<ICache>(), provider.GetRequiredService<Microsoft.Extensions.Caching.Hybrid.HybridCache>());
        await hybrid.SetAsync("before", 1);

        Change(configuration, ("Larder:TimeToLive", "20m"));

        await hybrid.SetAsync("after", 1);
        Assert.Equal((10, 20), (Minutes(await cache.GetTimeToLiveAsync("before")), Minutes(await cache.GetTimeToLiveAsync("after"))));
    }

    [Theory]
    [InlineData("ten minutes")]
    [InlineData("0s")]
    public async Task A_change_that_makes_no_sense_is_logged_and_changes_nothing(string text)
    {
        var (provider, configuration, log) = Setup(("Larder:TimeToLive", "10m"));
        await using var _ = provider;
        var cache = provider.GetRequiredService<ICache>();

        Change(configuration, ("Larder:TimeToLive", text));

        await cache.SetAsync("key", 1);
        Assert.Equal(10, Minutes(await cache.GetTimeToLiveAsync("key")));
        Assert.Contains(log.Entries, entry => entry is { Category: "Larder.Cache", Level: LogLevel.Warning, Id.Id: 10 });
    }

    [Fact]
    public async Task What_a_cache_is_made_of_stays_and_a_change_of_nothing_is_not_logged()
    {
        var (provider, configuration, log) = Setup(("Larder:Memory:MaxEntries", "1"));
        await using var _ = provider;
        var cache = provider.GetRequiredService<ICache>();

        Change(configuration, ("Larder:Memory:MaxEntries", "10"));

        await cache.SetAsync("a", 1);
        await cache.SetAsync("b", 1);
        Assert.Equal(1, await cache.CountAsync());
        Assert.DoesNotContain(log.Entries, entry => entry.Id.Id == 9);
    }

    [Fact]
    public async Task A_cache_that_was_disposed_follows_nothing()
    {
        var (provider, configuration, log) = Setup(("Larder:TimeToLive", "10m"));
        _ = provider.GetRequiredService<ICache>();
        await provider.DisposeAsync();

        Change(configuration, ("Larder:TimeToLive", "20m"));

        Assert.DoesNotContain(log.Entries, entry => entry.Id.Id is 9 or 10);
    }

    [Fact]
    public async Task Settings_may_stand_in_a_section_of_ones_own()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Shop:Cache:TimeToLive", "3m"), new("Larder:TimeToLive", "7m")]).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddLarder(configuration.GetSection("Shop:Cache"), larder => larder.AddCache("a"));
        await using var provider = services.BuildServiceProvider();
        var whole = new ServiceCollection();
        whole.AddLarder(configuration);
        await using var ofWhole = whole.BuildServiceProvider();

        Assert.Equal(3, await MinutesOfAsync(provider.GetRequiredService<ICache>()));
        Assert.Equal(3, await MinutesOfAsync(provider.GetRequiredKeyedService<ICache>("a")));
        Assert.Equal(7, await MinutesOfAsync(ofWhole.GetRequiredService<ICache>()));
    }

    [Fact]
    public async Task Code_may_look_at_what_the_container_has()
    {
        await using var provider = HostingSetup.Provider(
            larder => larder
                .Configure((options, services) => options.TimeToLive = TimeSpan.FromMinutes(services.GetRequiredService<Setting>().Value))
                .AddCache("a", (options, services) => options.TimeToLive = TimeSpan.FromMinutes(1 + services.GetRequiredService<Setting>().Value)),
            services => services.AddSingleton(new Setting(4)));

        Assert.Equal(4, await MinutesOfAsync(provider.GetRequiredService<ICache>()));
        Assert.Equal(5, await MinutesOfAsync(provider.GetRequiredKeyedService<ICache>("a")));
    }

    private static (ServiceProvider Provider, IConfigurationRoot Configuration, RecordingLoggerFactory Log) Setup(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        var log = new RecordingLoggerFactory();
        var provider = HostingSetup.Provider(
            larder => larder.AddCache("products").AsHybridCache(),
            services => services.AddSingleton<IConfiguration>(configuration).AddSingleton<ILoggerFactory>(log));
        return (provider, configuration, log);
    }

    private static void Change(IConfigurationRoot configuration, params (string Key, string Value)[] settings)
    {
        foreach (var (key, value) in settings)
        {
            configuration[key] = value;
        }

        configuration.Reload();
    }

    private static async Task<double> MinutesOfAsync(ICache cache)
    {
        await cache.SetAsync("key", 1);
        return Minutes(await cache.GetTimeToLiveAsync("key"));
    }

    private static double Minutes(EntryTimeToLive life) => Math.Round(life.Remaining!.Value.TotalMinutes);

    private sealed record Setting(int Value);
}
