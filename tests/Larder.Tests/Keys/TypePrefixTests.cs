using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Keys;

/// <summary>The prefix of an injected <see cref="ICache{T}"/>: that of its type, and of no other.</summary>
public sealed class TypePrefixTests
{
    [Fact]
    public Task A_plain_type_gives_its_full_name() => AssertPrefixAsync<Uri>("System.Uri");

    [Fact]
    public Task A_nested_type_gives_the_names_around_it() => AssertPrefixAsync<Environment.SpecialFolder>("System.Environment.SpecialFolder");

    [Fact]
    public Task A_generic_type_gives_its_arguments() =>
        AssertPrefixAsync<Dictionary<string, List<int>>>("System.Collections.Generic.Dictionary<System.String,System.Collections.Generic.List<System.Int32>>");

    [Fact]
    public Task A_type_nested_in_a_generic_type_gives_the_arguments_of_the_outer_one() =>
        AssertPrefixAsync<Dictionary<string, int>.KeyCollection>("System.Collections.Generic.Dictionary<System.String,System.Int32>.KeyCollection");

    [Fact]
    public Task A_generic_type_nested_in_a_generic_type_gives_the_arguments_of_each() =>
        AssertPrefixAsync<Outer<int>.Inner<string>>("Larder.Tests.Keys.TypePrefixTests.Outer<System.Int32>.Inner<System.String>");

    [Fact]
    public Task An_array_gives_its_elements_and_its_rank() => AssertPrefixAsync<int[,][]>("System.Int32[][,]");

    [Fact]
    public async Task Types_that_are_alike_share_no_keys()
    {
        await using var services = Services();
        await services.GetRequiredService<ICache<int[]>>().SetAsync("key", [1]);
        await services.GetRequiredService<ICache<int[,]>>().SetAsync("key", new int[2, 2]);
        await services.GetRequiredService<ICache<Outer<int>.Inner<string>>>().SetAsync("key", new());
        await services.GetRequiredService<ICache<Outer<string>.Inner<int>>>().SetAsync("key", new());

        Assert.Equal(4, await services.GetRequiredService<ICache>().CountAsync());
    }

    private static ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.AddLarder();
        return services.BuildServiceProvider();
    }

    private static async Task AssertPrefixAsync<T>(string prefix)
    {
        await using var services = Services();

        await services.GetRequiredService<ICache<T>>().IncrementAsync("key");

        Assert.Equal([$"{prefix}:key"], await services.GetRequiredService<ICache>().KeysAsync().ToArrayAsync());
    }

    private sealed class Outer<T>
    {
        public T? Value { get; init; }

        public sealed class Inner<TInner>
        {
            public TInner? Value { get; init; }
        }
    }
}
