using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Tests.Hosting;

/// <summary>Settings from variables of the environment, with a container and without.</summary>
[Collection(EnvironmentGroup.Name)]
public sealed class EnvironmentTests : IDisposable
{
    private readonly List<string> _set = [];

    public void Dispose() => _set.ForEach(name => Environment.SetEnvironmentVariable(name, null));

    [Fact]
    public async Task Without_variables_the_cache_has_its_defaults()
    {
        await using var cache = await Cache.FromEnvironmentAsync();

        await cache.SetAsync("key", 1);

        Assert.Equal(5, Math.Round((await cache.GetTimeToLiveAsync("key")).Remaining!.Value.TotalMinutes));
    }

    [Fact]
    [Ledger(12)]
    public async Task Variables_set_the_cache_up()
    {
        Set("Larder__TimeToLive", "02:00:00");
        Set("Larder__Memory__MaxEntries", "1");
        Set("LARDER__STORENULL", "false");
        await using var cache = await Cache.FromEnvironmentAsync();

        await cache.SetAsync("a", 1);
        await cache.SetAsync("b", 1);
        await cache.GetOrCreateAsync("null", _ => new ValueTask<string?>((string?)null));

        Assert.Equal(2, Math.Round((await cache.GetTimeToLiveAsync("b")).Remaining!.Value.TotalHours));
        Assert.Equal(["b"], await cache.KeysAsync().ToArrayAsync());
    }

    [Fact]
    public async Task Caching_is_switched_off_by_a_variable()
    {
        Set("Larder__Enabled", "false");
        await using var cache = await Cache.FromEnvironmentAsync();

        await cache.SetAsync("key", 1);

        Assert.False(await cache.ExistsAsync("key"));
    }

    [Theory]
    [Ledger(12)]
    [LedgerFault(49)]
    [InlineData("Larder__TimeToLive", "3600", "needs a unit")]
    [InlineData("Larder__TimeToLife", "1h", "is not a setting")]
    [InlineData("Larder__Memory__MaxBytes", "1000000", "needs a unit")]
    [InlineData("Larder__Memroy__MaxBytes", "1MiB", "is not a setting")]
    [InlineData("Larder__Enabled", "on", "true")]
    [InlineData("Larder__Redis__ConnectionString", "redis://localhost", "Larder.Redis")]
    public async Task A_mistake_is_refused_with_the_name_of_the_variable(string name, string text, string remedy)
    {
        Set(name, text);

        var exception = await Assert.ThrowsAnyAsync<ArgumentException>(() => Cache.FromEnvironmentAsync().AsTask());

        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_out_of_its_range_is_refused()
    {
        Set("Larder__TimeToLive", "0s");

        var exception = await Assert.ThrowsAnyAsync<ArgumentException>(() => Cache.FromEnvironmentAsync().AsTask());

        Assert.Contains("TimeToLive is 00:00:00", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_variables_and_those_of_named_caches_are_left_out()
    {
        Set("Larder__Caches__products__TimeToLive", "1h");
        Set("LarderOther", "x");
        await using var cache = await Cache.FromEnvironmentAsync();

        await cache.SetAsync("key", 1);

        Assert.Equal(5, Math.Round((await cache.GetTimeToLiveAsync("key")).Remaining!.Value.TotalMinutes));
    }

    [Fact]
    public async Task A_cancelled_token_makes_no_cache() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.FromEnvironmentAsync(new CancellationToken(canceled: true)).AsTask());

    [Fact]
    [Ledger(29)]
    public async Task With_a_container_variables_are_configuration()
    {
        Set("Larder__TimeToLive", "2h");
        Set("Larder__Caches__products__TimeToLive", "300s");
        await using var provider = HostingSetup.Provider(
            larder => larder.AddCache("products"),
            services => services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().Build()));
        var options = provider.GetRequiredService<IOptionsMonitor<CacheOptions>>();

        Assert.Equal(TimeSpan.FromHours(2), options.Get("default").TimeToLive);
        Assert.Equal(TimeSpan.FromSeconds(300), options.Get("products").TimeToLive);
    }

    private void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        _set.Add(name);
    }
}
