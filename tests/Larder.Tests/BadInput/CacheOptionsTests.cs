using Larder.Tests.Invalidation;

namespace Larder.Tests.BadInput;

public sealed class CacheOptionsTests
{
    public static TheoryData<string, string, Action<CacheOptions>> Bad => new()
    {
        { "TimeToLive", "00:00:00", options => options.TimeToLive = TimeSpan.Zero },
        { "TimeToLive", "-00:00:01", options => options.TimeToLive = TimeSpan.FromSeconds(-1) },
        { "SlidingExpiration", "00:00:00", options => options.SlidingExpiration = TimeSpan.Zero },
        { "MemoryTimeToLive", "00:00:00", options => options.MemoryTimeToLive = TimeSpan.Zero },
        { "NegativeTimeToLive", "00:00:00", options => options.NegativeTimeToLive = TimeSpan.Zero },
        { "LoadTimeout", "00:00:00", options => options.LoadTimeout = TimeSpan.Zero },
        { "SoftTimeout", "00:00:00", options => options.SoftTimeout = TimeSpan.Zero },
        { "MaxStale", "-00:00:01", options => options.MaxStale = TimeSpan.FromSeconds(-1) },
        { "FailurePause", "-00:00:01", options => options.FailurePause = TimeSpan.FromSeconds(-1) },
        { "StaleWhileRevalidate", "MaxStale is zero", options => options.StaleWhileRevalidate = true },
        { "TimeToLiveJitter", "NaN", options => options.TimeToLiveJitter = double.NaN },
        { "TimeToLiveJitter", "-0.1", options => options.TimeToLiveJitter = -0.1 },
        { "TimeToLiveJitter", "1", options => options.TimeToLiveJitter = 1 },
        { "MaxConcurrentLoads", "0", options => options.MaxConcurrentLoads = 0 },
        { "MaxConcurrentRefreshes", "0", options => options.MaxConcurrentRefreshes = 0 },
        { "MaxKeyLength", "15", options => options.MaxKeyLength = 15 },
        { "MaxKeyLength", "65,537", options => options.MaxKeyLength = 65_537 },
        { "MaxTagLength", "1,025", options => options.MaxTagLength = 1_025 },
        { "MaxTagsPerEntry", "0", options => options.MaxTagsPerEntry = 0 },
        { "Memory.MaxEntries", "0", options => options.Memory.MaxEntries = 0 },
        { "Memory.MaxEntries", "-1", options => options.Memory.MaxEntries = -1 },
        { "Memory.MaxBytes", "65,535", options => options.Memory.MaxBytes = 65_535 },
        { "Memory.SweepInterval", "00:00:00", options => options.Memory.SweepInterval = TimeSpan.Zero },
        { "Memory.SweepInterval", "1.00:00:00", options => options.Memory.SweepInterval = TimeSpan.FromDays(1) },
        { "Prefix", "empty", options => options.Prefix = "" },
        { "Prefix", "a!b", options => options.Prefix = "a!b" },
        { "Prefix", "UTF-16", options => options.Prefix = "\uD800" },
        { "Prefix", "257", options => options.Prefix = new string('p', 257) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_setting_out_of_its_range_is_refused_with_its_name_and_value(string name, string value, Action<CacheOptions> configure)
    {
        var exception = Assert.Throws<ArgumentException>(() => Larder.Cache.InMemory(configure));
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Contains(value, exception.Message, StringComparison.Ordinal);
        Assert.Contains("'default'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_are_changed_after_the_cache_was_made_have_no_effect()
    {
        CacheOptions? kept = null;
        await using var cache = Larder.Cache.InMemory(options => kept = options);
        (kept!.MaxTagsPerEntry, kept.MaxTagLength, kept.MaxKeyLength) = (1, 16, 16);
        (kept.TimeToLive, kept.TimeToLiveJitter, kept.Memory.MaxEntries) = (TimeSpan.Zero, double.NaN, 1);

        await cache.SetAsync("a key that is longer than that", 1, new() { Tags = ["a", "b", "a tag that is longer than that"] });
        await cache.SetAsync("other", 1, new CachePolicy { StoreNull = false });

        Assert.Equal(2, await cache.CountAsync());
    }

    [Fact]
    [Ledger(1, 15)]
    public async Task A_setting_that_is_left_alone_is_good()
    {
        await using var cache = Larder.Cache.InMemory(_ => { });
        await cache.SetAsync("key", 1);
        Assert.True(await cache.ExistsAsync("key"));
    }

    [Fact]
    public void A_cache_over_no_tier_is_refused() => Assert.Throws<ArgumentNullException>(() => Larder.Cache.Over(null!));

    [Theory]
    [InlineData("a:b", "'a.b'")]
    [InlineData(":a", "'.a'")]
    [InlineData("a::b:", "'a..b'")]
    public void The_prefix_of_a_shared_store_holds_no_separator_and_the_message_proposes_another(string prefix, string proposal)
    {
        var exception = Assert.Throws<ArgumentException>(() => Larder.Cache.Over(new HookedStore(TimeProvider.System), options => options.Prefix = prefix));
        Assert.Contains("must not contain ':'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(proposal, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a:")]
    [InlineData("a.b-c")]
    public async Task The_prefix_of_a_shared_store_may_end_with_the_separator(string prefix)
    {
        var store = new HookedStore(TimeProvider.System);
        await using var cache = Larder.Cache.Over(store, options => options.Prefix = prefix);
        await cache.SetAsync("b:x", 1);
        Assert.Equal([prefix.TrimEnd(':') + ":b:x"], store.Entries);
    }

    [Fact]
    public async Task In_memory_a_prefix_is_free()
    {
        await using var cache = Larder.Cache.InMemory(options => options.Prefix = "a:b");
        Assert.Equal("default", cache.Name);
    }
}
