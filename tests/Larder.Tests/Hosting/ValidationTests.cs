using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Larder.Tests.Hosting;

/// <summary>Settings out of their range keep a host from starting, with a message that names setting, value and remedy.</summary>
public sealed class ValidationTests
{
    [Theory]
    [InlineData("TimeToLive", "00:00:00", "TimeToLive is 00:00:00", "above zero", "never")]
    [InlineData("TimeToLive", "-5s", "TimeToLive is -00:00:05", "above zero", "never")]
    [InlineData("SlidingExpiration", "0s", "SlidingExpiration is 00:00:00", "above zero", "never")]
    [InlineData("NegativeTimeToLive", "0s", "NegativeTimeToLive is 00:00:00", "above zero", "never")]
    [InlineData("LoadTimeout", "0s", "LoadTimeout is 00:00:00", "above zero", "never")]
    [InlineData("SoftTimeout", "-1s", "SoftTimeout is -00:00:01", "above zero", "never")]
    [InlineData("MaxStale", "-1s", "MaxStale is -00:00:01", "not be negative", "zero")]
    [InlineData("FailurePause", "-1s", "FailurePause is -00:00:01", "not be negative", "zero")]
    [InlineData("StaleWhileRevalidate", "true", "StaleWhileRevalidate is set", "MaxStale is zero", "Set MaxStale")]
    [InlineData("TimeToLiveJitter", "1", "TimeToLiveJitter is 1", "0 to 0.9", "fraction")]
    [InlineData("TimeToLiveJitter", "-0.1", "TimeToLiveJitter is -0.1", "0 to 0.9", "fraction")]
    [InlineData("MaxConcurrentLoads", "0", "MaxConcurrentLoads is 0", "at least 1", "no limit")]
    [InlineData("MaxConcurrentRefreshes", "0", "MaxConcurrentRefreshes is 0", "from 1", "10,000")]
    [InlineData("MaxKeyLength", "15", "MaxKeyLength is 15", "from 16", "65,536")]
    [InlineData("MaxTagLength", "2000", "MaxTagLength is 2,000", "from 16", "1,024")]
    [InlineData("MaxTagsPerEntry", "0", "MaxTagsPerEntry is 0", "from 1", "1,024")]
    [InlineData("Memory:MaxEntries", "0", "Memory.MaxEntries is 0", "from 1", "1,000,000,000")]
    [InlineData("Memory:MaxBytes", "1KiB", "Memory.MaxBytes is 1,024", "65,536", "64 KiB")]
    [InlineData("Memory:SweepInterval", "1ms", "Memory.SweepInterval is 00:00:00.0010000", "100 milliseconds", "1 hour")]
    [InlineData("Memory:SweepInterval", "2h", "Memory.SweepInterval is 02:00:00", "100 milliseconds", "1 hour")]
    [InlineData("Prefix", ":", "Prefix is empty", "Leave it out", "name of the cache")]
    [InlineData("Prefix", "a!b", "Prefix is 'a!b'", "'!'", "reserved")]
    public async Task A_setting_out_of_its_range_keeps_the_host_from_starting(string setting, string text, params string[] expected)
    {
        using var host = HostingSetup.Host(settings: [($"Larder:{setting}", text)]);

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Larder cache 'default'", exception.Message, StringComparison.Ordinal);
        Assert.All(expected, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_setting_of_a_named_cache_names_the_cache()
    {
        using var host = HostingSetup.Host(larder => larder.AddCache("products"), ("Larder:Caches:products:TimeToLive", "0s"));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Larder cache 'products': TimeToLive", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        using var host = HostingSetup.Host(settings: [("Larder:TimeToLive", "0s"), ("Larder:MaxKeyLength", "1"), ("Larder:Memory:MaxEntries", "0")]);

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(3, exception.Failures.Count());
    }

    [Theory]
    [InlineData("Larder:TimeToLive", "3600")]
    [InlineData("Larder:TimeToLife", "1h")]
    [InlineData("Larder:Caches:products:Enabled", "perhaps")]
    public async Task A_malformed_or_unknown_setting_keeps_the_host_from_starting(string key, string text)
    {
        using var host = HostingSetup.Host(larder => larder.AddCache("products"), (key, text));

        var exception = await Assert.ThrowsAnyAsync<ArgumentException>(() => host.StartAsync());

        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_of_the_code_keeps_the_host_from_starting()
    {
        using var host = HostingSetup.Host(larder => larder.ConfigureMemory(memory => memory.MaxEntries = -1));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Memory.MaxEntries is -1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_in_their_range_let_the_host_start()
    {
        using var host = HostingSetup.Host(
            settings: [("Larder:TimeToLive", "never"), ("Larder:MaxStale", "never"), ("Larder:StaleWhileRevalidate", "true"), ("Larder:TimeToLiveJitter", "90%"), ("Larder:Memory:MaxBytes", "64KiB")]);

        await host.StartAsync();
        await host.StopAsync();
    }

    [Theory]
    [Ledger(30)]
    [InlineData("{ApplicationName}:{EnvironmentName}", "shop:staging")]
    [InlineData("{applicationname}", "shop")]
    [InlineData("x-{EnvironmentName}-y", "x-staging-y")]
    [InlineData("{global}", "{global}")]
    [InlineData("plain", "plain")]
    public void Templates_of_a_prefix_are_filled_in_from_the_host(string template, string prefix)
    {
        using var host = HostingSetup.Host(settings: [("Larder:Prefix", template)]);
        var options = (IOptionsMonitor<CacheOptions>)host.Services.GetService(typeof(IOptionsMonitor<CacheOptions>))!;

        Assert.Equal(prefix, options.Get("default").Prefix);
    }

    [Fact]
    public void Without_a_container_a_mistake_is_an_exception_of_the_call()
    {
        var exception = Assert.Throws<ArgumentException>(() => Cache.InMemory(options => options.TimeToLiveJitter = double.NaN));

        Assert.Contains("TimeToLiveJitter is NaN", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_are_changed_after_the_cache_was_made_change_nothing()
    {
        CacheOptions? kept = null;
        await using var cache = Cache.InMemory(options => kept = options);
        kept!.TimeToLive = TimeSpan.FromHours(5);
        kept.MaxTagsPerEntry = 1;
        kept.MaxTagLength = 16;
        kept.Memory.MaxEntries = 1;

        await cache.SetAsync("a", 1, new CacheEntryOptions { Tags = ["1", "2"] });
        await cache.SetAsync("b", 1, new CacheEntryOptions { Tags = [new string('t', 17)] });

        Assert.Equal(2, await cache.CountAsync());
        Assert.True((await cache.GetTimeToLiveAsync("a")).Remaining <= CacheTtl.Short);
    }
}
