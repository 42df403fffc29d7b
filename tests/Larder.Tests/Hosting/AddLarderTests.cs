using Larder.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Hosting;

public sealed class AddLarderTests
{
    [Fact]
    [Ledger(1)]
    public async Task The_default_cache_is_injected_and_is_one()
    {
        await using var provider = HostingSetup.Provider();

        var cache = provider.GetRequiredService<ICache>();

        Assert.Equal("default", cache.Name);
        Assert.Same(cache, provider.GetRequiredService<ICache>());
        Assert.Same(cache, provider.GetRequiredKeyedService<ICache>("default"));
    }

    [Fact]
    [Ledger(1, 28)]
    public async Task A_cache_works_without_logging_configuration_or_host()
    {
        await using var provider = HostingSetup.Provider();
        var cache = provider.GetRequiredService<ICache>();

        await cache.SetAsync("key", 1);

        Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
        Assert.Null(provider.GetService<ILoggerFactory>());
    }

    [Fact]
    [Ledger(33, 107)]
    public async Task Named_caches_are_injected_by_key_and_share_nothing()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AddCache("products").AddCache("users"));
        var products = provider.GetRequiredKeyedService<ICache>("products");
        var users = provider.GetRequiredKeyedService<ICache>("users");

        await products.SetAsync("key", 1, new CacheEntryOptions { Tags = ["tag"] });
        await users.RemoveByTagAsync("tag");
        await users.ClearAsync();
        await provider.GetRequiredService<ICache>().ClearAsync();

        Assert.Equal("products", products.Name);
        Assert.Equal("users", users.Name);
        Assert.True(await products.ExistsAsync("key"));
        Assert.NotSame(products.Statistics, users.Statistics);
    }

    [Fact]
    public async Task A_cache_that_was_not_added_is_not_injected()
    {
        await using var provider = HostingSetup.Provider();

        Assert.Null(provider.GetKeyedService<ICache>("unknown"));
    }

    [Fact]
    [Ledger(33)]
    public async Task A_named_cache_is_injected_into_a_constructor()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AddCache("products"), services => services.AddSingleton<Shop>());

        Assert.Equal("products", provider.GetRequiredService<Shop>().Products.Name);
    }

    [Fact]
    public async Task Names_of_caches_that_are_none_are_refused()
    {
        await using var provider = HostingSetup.Provider(larder =>
        {
            Assert.ThrowsAny<ArgumentException>(() => larder.AddCache(null!));
            Assert.ThrowsAny<ArgumentException>(() => larder.AddCache(""));
            Assert.ThrowsAny<ArgumentException>(() => larder.AddCache("  "));
            Assert.ThrowsAny<ArgumentException>(() => larder.AddCache(new string('n', 65)));
            Assert.ThrowsAny<ArgumentException>(() => larder.AddCache("a!b"));
            Assert.ThrowsAny<ArgumentException>(() => larder.AddCache("default"));
            larder.AddCache("products");
            Assert.ThrowsAny<ArgumentException>(() => larder.AddCache("products"));
        });

        Assert.Equal("products", provider.GetRequiredKeyedService<ICache>("products").Name);
    }

    [Fact]
    [Ledger(7)]
    public async Task Typed_caches_have_each_a_prefix_of_their_own()
    {
        await using var provider = HostingSetup.Provider();
        var numbers = provider.GetRequiredService<ICache<int>>();
        var texts = provider.GetRequiredService<ICache<string>>();

        await numbers.SetAsync("key", 1);
        await texts.SetAsync("key", "one");

        Assert.Equal(1, (await numbers.GetAsync("key")).Value);
        Assert.Equal("one", (await texts.GetAsync("key")).Value);
        Assert.Equal(2, await provider.GetRequiredService<ICache>().CountAsync());
        Assert.Equal(1, await numbers.ClearAsync());
        Assert.True(await texts.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_typed_cache_is_a_view_of_the_default_cache()
    {
        await using var provider = HostingSetup.Provider(larder => larder.Configure(options => options.TimeToLive = TimeSpan.FromHours(2)));
        var typed = provider.GetRequiredService<ICache<int>>();

        await typed.SetAsync("key", 1);

        Assert.Same(typed, provider.GetRequiredService<ICache<int>>());
        Assert.Same(provider.GetRequiredService<ICache>().Statistics, typed.Untyped.Statistics);
        Assert.Equal(TimeSpan.FromHours(2), Round((await typed.GetTimeToLiveAsync("key")).Remaining));
    }

    [Fact]
    public async Task Called_twice_it_adds_to_what_is_there()
    {
        var services = new ServiceCollection();
        services.AddLarder(larder => larder.AddCache("a").Configure(options => options.TimeToLive = TimeSpan.FromHours(1)));
        services.AddLarder(larder => larder.AddCache("b").Configure(options => options.StoreNull = false));
        await using var provider = services.BuildServiceProvider();

        Assert.Single(provider.GetServices<ICache>());
        foreach (var name in new[] { "a", "b", "default" })
        {
            var options = provider.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<CacheOptions>>().Get(name);
            Assert.Equal(TimeSpan.FromHours(1), options.TimeToLive);
            Assert.False(options.StoreNull);
            Assert.Equal(name, provider.GetRequiredKeyedService<ICache>(name).Name);
        }
    }

    [Fact]
    public void Called_twice_it_refuses_a_name_that_is_taken()
    {
        var services = new ServiceCollection();
        services.AddLarder(larder => larder.AddCache("a"));

        Assert.Throws<ArgumentException>(() => services.AddLarder(larder => larder.AddCache("a")));
    }

    [Fact]
    public async Task The_builder_that_is_returned_goes_on()
    {
        var services = new ServiceCollection();
        var builder = services.AddLarder().AddCache("a").ConfigureMemory(memory => memory.MaxEntries = 1);
        await using var provider = services.BuildServiceProvider();
        var cache = provider.GetRequiredKeyedService<ICache>("a");

        await cache.SetAsync("1", 1);
        await cache.SetAsync("2", 2);

        Assert.Same(services, builder.Services);
        Assert.Equal(1, await cache.CountAsync());
    }

    [Fact]
    public void Missing_arguments_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => LarderServiceCollectionExtensions.AddLarder(null!));
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddLarder().Configure((Action<CacheOptions>)null!));
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddLarder().Configure((Action<CacheOptions, IServiceProvider>)null!));
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddLarder((Microsoft.Extensions.Configuration.IConfiguration)null!));
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddLarder().ConfigureMemory(null!));
    }

    [Fact]
    public async Task The_container_gives_the_clock()
    {
        var clock = new FakeTimeProvider();
        await using var provider = HostingSetup.Provider(more: services => services.AddSingleton<TimeProvider>(clock));
        var cache = provider.GetRequiredService<ICache>();
        await cache.SetAsync("key", 1, TimeSpan.FromHours(1));

        clock.Advance(TimeSpan.FromHours(1));

        Assert.False(await cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_clock_of_the_settings_counts_more_than_the_containers()
    {
        var clock = new FakeTimeProvider();
        await using var provider = HostingSetup.Provider(
            larder => larder.Configure(options => options.TimeProvider = clock),
            services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()));
        var cache = provider.GetRequiredService<ICache>();
        await cache.SetAsync("key", 1, TimeSpan.FromHours(1));

        clock.Advance(TimeSpan.FromHours(1));

        Assert.False(await cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task Disposing_the_container_disposes_all_caches()
    {
        var provider = HostingSetup.Provider(larder => larder.AddCache("products"));
        ICache[] caches = [provider.GetRequiredService<ICache>(), provider.GetRequiredKeyedService<ICache>("products")];
        var typed = provider.GetRequiredService<ICache<int>>();

        await provider.DisposeAsync();

        foreach (var cache in caches)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.GetAsync<int>("key").AsTask());
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => typed.GetAsync("key").AsTask());
    }

    [Fact]
    public async Task Disposing_the_container_synchronously_disposes_all_caches()
    {
        var provider = HostingSetup.Provider();
        var cache = provider.GetRequiredService<ICache>();
        await cache.SetAsync("key", 1);

#pragma warning disable VSTHRD103 // The synchronous way is what is tested.
        provider.Dispose();
#pragma warning restore VSTHRD103

        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.GetAsync<int>("key").AsTask());
        Assert.Equal(0, cache.Statistics.Entries);
    }

    [Fact]
    public async Task Disposing_a_container_whose_caches_were_never_used_is_possible()
    {
        var provider = HostingSetup.Provider(larder => larder.AddCache("products"));

        await provider.DisposeAsync();
    }

    [Fact]
    public async Task A_scope_does_not_dispose_the_cache()
    {
        await using var provider = HostingSetup.Provider();
        ICache cache;
        await using (var scope = provider.CreateAsyncScope())
        {
            cache = scope.ServiceProvider.GetRequiredService<ICache>();
            _ = scope.ServiceProvider.GetRequiredService<ICache<int>>();
        }

        await cache.SetAsync("key", 1);
        Assert.True(await cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_host_starts_with_caches_and_disposes_them()
    {
        var host = HostingSetup.Host(larder => larder.AddCache("products"));
        await host.StartAsync();
        var cache = host.Services.GetRequiredKeyedService<ICache>("products");
        await cache.SetAsync("key", 1);

        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.GetAsync<int>("key").AsTask());
    }

    private static TimeSpan? Round(TimeSpan? life) => life is { } value ? TimeSpan.FromMinutes(Math.Round(value.TotalMinutes)) : null;

    private sealed class Shop([FromKeyedServices("products")] ICache products)
    {
        public ICache Products => products;
    }
}
