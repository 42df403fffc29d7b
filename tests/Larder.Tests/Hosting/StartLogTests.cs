using Larder.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Hosting;

/// <summary>The log says once which tier a cache has, and why.</summary>
public sealed class StartLogTests
{
    [Fact]
    [Ledger(11, 28)]
    public async Task The_tier_and_its_reason_are_logged_once()
    {
        using var log = new RecordingLoggerFactory();
        await using var provider = HostingSetup.Provider(
            larder => larder.ConfigureMemory(memory => memory.MaxEntries = 1234),
            services => services.AddSingleton<ILoggerFactory>(log));
        for (var i = 0; i < 3; i++)
        {
            await provider.GetRequiredService<ICache>().SetAsync("key", i);
            await provider.GetRequiredService<ICache<int>>().SetAsync("key", i);
        }

        var (category, level, id, message, _) = Assert.Single(log.Entries);
        Assert.Equal("Larder.Cache", category);
        Assert.Equal(LogLevel.Information, level);
        Assert.Equal(1, id.Id);
        Assert.Contains("'default' uses memory, at most 1,234 entries", message, StringComparison.Ordinal);
        Assert.Contains("AddLarder names no shared tier", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_named_cache_logs_its_own_line()
    {
        using var log = new RecordingLoggerFactory();
        await using var provider = HostingSetup.Provider(
            larder => larder.AddCache("a").AddCache("b", options => options.Enabled = false),
            services => services.AddSingleton<ILoggerFactory>(log));
        _ = provider.GetRequiredKeyedService<ICache>("a");
        _ = provider.GetRequiredKeyedService<ICache>("b");

        Assert.Equal(2, log.Entries.Count);
        Assert.Contains(log.Entries, entry => entry.Message.Contains("'a' uses memory", StringComparison.Ordinal));
        Assert.Contains(log.Entries, entry => entry.Message.Contains("'b' uses nothing", StringComparison.Ordinal) && entry.Message.Contains("Enabled is false", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_container_the_factory_of_the_settings_gets_the_line()
    {
        using var log = new RecordingLoggerFactory();
        await using var cache = Cache.InMemory(options => options.LoggerFactory = log);

        Assert.Contains("Cache.InMemory was asked for", Assert.Single(log.Entries).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_refresh_is_logged_with_key_and_exception_and_never_with_values()
    {
        var clock = new FakeTimeProvider();
        using var log = new RecordingLoggerFactory();
        await using var cache = Cache.InMemory(options =>
        {
            options.LoggerFactory = log;
            options.TimeProvider = clock;
            options.MaxStale = TimeSpan.FromHours(1);
        });
        await cache.SetAsync("key", "secret value", TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("secret value", await cache.GetOrCreateAsync<string>("key", _ => throw new FormatException("broken source")));

        var entry = Assert.Single(log.Entries, entry => entry.Exception is not null);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Contains("'key'", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(log.Entries, line => line.Message.Contains("secret", StringComparison.Ordinal));
    }
}
