using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Tests.Hosting;

/// <summary>The particular counts more than the general, and the deployment more than the code: code for all, configuration for all, code for one, configuration for one.</summary>
public sealed class PrecedenceTests
{
    private const string ForAll = "Larder:TimeToLive";
    private const string ForOne = "Larder:Caches:products:TimeToLive";

    [Fact]
    [Ledger(29)]
    public void Configuration_for_all_counts_more_than_code_for_all() => AssertMinutes(2, 2, Provider(codeForAll: 1, codeForOne: null, (ForAll, "2m")));

    [Fact]
    public void Code_for_one_counts_more_than_configuration_for_all() => AssertMinutes(2, 3, Provider(codeForAll: 1, codeForOne: 3, (ForAll, "2m")));

    [Fact]
    public void Configuration_for_one_counts_most() => AssertMinutes(2, 4, Provider(codeForAll: 1, codeForOne: 3, (ForAll, "2m"), (ForOne, "4m")));

    [Fact]
    public void Code_for_one_counts_more_than_code_for_all() => AssertMinutes(1, 3, Provider(codeForAll: 1, codeForOne: 3));

    [Fact]
    public void Configuration_for_one_counts_more_than_code_for_all() => AssertMinutes(1, 4, Provider(codeForAll: 1, codeForOne: null, (ForOne, "4m")));

    [Fact]
    [Ledger(15)]
    public void What_is_said_nowhere_has_its_default() => AssertMinutes(5, 5, Provider(codeForAll: null, codeForOne: null, ("Larder:StoreNull", "true")));

    [Fact]
    public void Settings_that_are_set_in_different_places_add_up()
    {
        using var provider = HostingSetup.Provider(
            larder => larder.Configure(options => options.StoreNull = false).AddCache("products", options => options.MaxTagsPerEntry = 5),
            settings: [(ForAll, "2m"), ("Larder:Caches:products:Memory:MaxEntries", "77")]);
        var options = provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get("products");

        Assert.False(options.StoreNull);
        Assert.Equal(5, options.MaxTagsPerEntry);
        Assert.Equal(TimeSpan.FromMinutes(2), options.TimeToLive);
        Assert.Equal(77, options.Memory.MaxEntries);
    }

    [Fact]
    public void Of_two_callbacks_for_all_the_later_counts()
    {
        using var provider = HostingSetup.Provider(larder => larder
            .Configure(options => options.TimeToLive = TimeSpan.FromMinutes(1))
            .Configure(options => options.TimeToLive = TimeSpan.FromMinutes(2)));

        Assert.Equal(TimeSpan.FromMinutes(2), provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get("default").TimeToLive);
    }

    private static ServiceProvider Provider(int? codeForAll, int? codeForOne, params (string, string?)[] settings) => HostingSetup.Provider(
        larder =>
        {
            if (codeForAll is { } minutes)
            {
                larder.Configure(options => options.TimeToLive = TimeSpan.FromMinutes(minutes));
            }

            larder.AddCache("products", codeForOne is { } own ? options => options.TimeToLive = TimeSpan.FromMinutes(own) : null);
        },
        settings: settings);

    private static void AssertMinutes(int ofDefault, int ofProducts, ServiceProvider provider)
    {
        using (provider)
        {
            var options = provider.GetRequiredService<IOptionsMonitor<CacheOptions>>();
            Assert.Equal(TimeSpan.FromMinutes(ofDefault), options.Get("default").TimeToLive);
            Assert.Equal(TimeSpan.FromMinutes(ofProducts), options.Get("products").TimeToLive);
        }
    }
}
