using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Larder.Tests.Hosting;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Adapters;

/// <summary>Caches under other interfaces, from a container: what is registered, and with which serializers.</summary>
public sealed class HybridRegistrationTests
{
    [Fact]
    public async Task A_cache_is_injected_as_a_hybrid_cache_without_logging_registered()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AsHybridCache());
        var hybrid = provider.GetRequiredService<HybridCache>();

        Assert.Equal("value", await hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>("value")));
        Assert.Same(hybrid, provider.GetRequiredService<HybridCache>());
        Assert.Equal("value", (await provider.GetRequiredService<ICache>().GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task A_load_is_shared_with_callers_of_the_cache_itself()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AsHybridCache());
        var release = new TaskCompletionSource<string>();
        var first = provider.GetRequiredService<ICache>().GetOrCreateAsync("key", async _ => await release.Task).AsTask();
        var second = provider.GetRequiredService<HybridCache>().GetOrCreateAsync("key", _ => new ValueTask<string>("not called")).AsTask();
        release.SetResult("value");

        Assert.Equal(("value", "value"), (await first, await second));
    }

    [Fact]
    public async Task It_takes_the_place_of_one_that_is_registered_already()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AsHybridCache().AsDistributedCache(), services =>
        {
            services.AddSingleton<HybridCache>(_ => throw new InvalidOperationException("the other"));
            services.AddSingleton<IDistributedCache>(_ => throw new InvalidOperationException("the other"));
        });

        Assert.Contains("Larder", provider.GetRequiredService<HybridCache>().ToString(), StringComparison.Ordinal);
        Assert.Contains("Larder", provider.GetRequiredService<IDistributedCache>().ToString(), StringComparison.Ordinal);
        Assert.Single(provider.GetServices<HybridCache>());
    }

    [Fact]
    public async Task Keyed_caches_have_each_a_cache_of_their_own_and_share_nothing()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AddCache("a").AddCache("b").AsHybridCache().AsKeyedHybridCache("a").AsKeyedHybridCache(42, cacheName: "b").AsKeyedDistributedCache("a"));
        var (none, a, b) = (provider.GetRequiredService<HybridCache>(), provider.GetRequiredKeyedService<HybridCache>("a"), provider.GetRequiredKeyedService<HybridCache>(42));
        await none.SetAsync("key", "none");
        await a.SetAsync("key", "a");

        Assert.Equal("b", await b.GetOrCreateAsync("key", _ => new ValueTask<string>("b")));
        Assert.Equal("a", (await provider.GetRequiredKeyedService<ICache>("a").GetAsync<string>("key")).Value);
        await a.RemoveByTagAsync("*");
        Assert.True(await provider.GetRequiredKeyedService<ICache>("b").ExistsAsync("key"));
        Assert.True(await provider.GetRequiredService<ICache>().ExistsAsync("key"));
        Assert.NotNull(provider.GetRequiredKeyedService<IDistributedCache>("a"));
    }

    [Fact]
    public async Task A_name_that_no_cache_has_is_an_exception_when_it_is_injected()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AsKeyedHybridCache("unknown"));

        Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<HybridCache>("unknown"));
    }

    [Fact]
    public async Task Options_are_those_of_the_key()
    {
        await using var provider = HostingSetup.Provider(
            larder => larder.AddCache("a").AsHybridCache(options => options.MaximumKeyLength = 3).AsKeyedHybridCache("a"),
            services => services.Configure<LarderHybridCacheOptions>("a", options => options.MaximumKeyLength = 2));
        await provider.GetRequiredService<HybridCache>().SetAsync("123", 1);
        await provider.GetRequiredService<HybridCache>().SetAsync("1234", 1);
        await provider.GetRequiredKeyedService<HybridCache>("a").SetAsync("123", 1);

        Assert.Equal(1, await provider.GetRequiredService<ICache>().CountAsync());
        Assert.Equal(0, await provider.GetRequiredKeyedService<ICache>("a").CountAsync());
    }

    [Fact]
    public async Task Options_out_of_their_range_are_refused()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AsHybridCache(options => options.MaximumPayloadBytes = 0));

        Assert.Throws<ArgumentOutOfRangeException>(() => provider.GetRequiredService<HybridCache>());
    }

    [Fact]
    public async Task Readers_get_copies_unless_the_cache_says_otherwise()
    {
        await using var copies = HostingSetup.Provider(larder => larder.AsHybridCache());
        await using var shared = HostingSetup.Provider(larder => larder.AsHybridCache().Configure(options => options.Copy = CopyMode.Never));
        await using var configured = HostingSetup.Provider(larder => larder.AsHybridCache(), settings: [("Larder:Copy", "never")]);
        foreach (var (provider, areShared) in new[] { (copies, false), (shared, true), (configured, true) })
        {
            var hybrid = provider.GetRequiredService<HybridCache>();
            await hybrid.SetAsync("key", new List<int> { 1 });
            var (one, other) = (await hybrid.GetOrCreateAsync<List<int>>("key", _ => throw new InvalidOperationException()), await hybrid.GetOrCreateAsync<List<int>>("key", _ => throw new InvalidOperationException()));

            Assert.Equal(areShared, ReferenceEquals(one, other));
        }
    }

    [Fact]
    public async Task The_serializer_of_a_type_counts_most_then_factories_the_last_first()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AsHybridCache(), services =>
        {
            services.AddSingleton<IHybridCacheSerializer<List<int>>>(new Lists("own"));
            services.AddSingleton<IHybridCacheSerializerFactory>(new Factory<List<int>>(new Lists("factory")));
            services.AddSingleton<IHybridCacheSerializerFactory>(new Factory<List<long>>(new Longs("first")));
            services.AddSingleton<IHybridCacheSerializerFactory>(new Factory<List<long>>(new Longs("last")));
        });
        var hybrid = provider.GetRequiredService<HybridCache>();
        await hybrid.SetAsync("ints", new List<int> { 1 });
        await hybrid.SetAsync("longs", new List<long> { 1 });

        Assert.Equal(["own".Length], await hybrid.GetOrCreateAsync<List<int>>("ints", _ => throw new InvalidOperationException()));
        Assert.Equal(["last".Length], await hybrid.GetOrCreateAsync<List<long>>("longs", _ => throw new InvalidOperationException()));
    }

    [Fact]
    public async Task Json_options_are_those_of_the_type_or_of_all()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AsHybridCache(), services =>
        {
            services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper });
            services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<Named>), new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
        });
        var hybrid = provider.GetRequiredService<HybridCache>();
        var options = provider.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<CacheOptions>>().Get("default");

        Assert.Equal("{\"long_name\":1}", Written(options, new Named(1)));
        Assert.Equal("{\"LONG-NAME\":1}", Written(options, new OtherNamed(1)));
        await hybrid.SetAsync("tuple", (1, "one"));
        Assert.Equal((1, "one"), await hybrid.GetOrCreateAsync<(int, string)>("tuple", _ => throw new InvalidOperationException()));
    }

    [Fact]
    public async Task A_serializer_for_strings_is_used_though_strings_need_none()
    {
        await using var provider = HostingSetup.Provider(more: services => services.AddSingleton<IHybridCacheSerializer<string>>(new Reversed()), larder: larder => larder.AsHybridCache());
        var options = provider.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<CacheOptions>>().Get("default");

        Assert.Equal("cba", Written(options, "abc"));
        Assert.Equal("abc", Encoding.UTF8.GetString(Larder.Serialization.Payload.Write("abc", new(new Larder.Serialization.JsonCacheSerializer())).Payload.Span));
    }

    private static string Written<T>(CacheOptions options, T value) => Encoding.UTF8.GetString(Larder.Serialization.Payload.Write(value, Larder.Serialization.SerializerSet.Of(options)).Payload.Span);

    private sealed record Named(int LongName);

    private sealed record OtherNamed(int LongName);

    private sealed class Lists(string name) : IHybridCacheSerializer<List<int>>
    {
        public List<int> Deserialize(ReadOnlySequence<byte> source) => [(int)source.Length];

        public void Serialize(List<int> value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes(name));
    }

    private sealed class Longs(string name) : IHybridCacheSerializer<List<long>>
    {
        public List<long> Deserialize(ReadOnlySequence<byte> source) => [source.Length];

        public void Serialize(List<long> value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes(name));
    }

    private sealed class Reversed : IHybridCacheSerializer<string>
    {
        public string Deserialize(ReadOnlySequence<byte> source) => string.Concat(Encoding.UTF8.GetString(source).Reverse());

        public void Serialize(string value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes(string.Concat(value.Reverse())));
    }

    private sealed class Factory<TValue>(IHybridCacheSerializer<TValue> made) : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = made as IHybridCacheSerializer<T>;
            return serializer is not null;
        }
    }
}
