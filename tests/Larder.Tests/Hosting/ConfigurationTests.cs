namespace Larder.Tests.Hosting;

/// <summary>Settings from configuration: what is read, and what is refused and how.</summary>
public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("00:05:00", 300_000)]
    [InlineData("01:00:00", 3_600_000)]
    [InlineData("00:00:00.250", 250)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("300s", 300_000)]
    [InlineData("0.5s", 500)]
    [InlineData("250ms", 250)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData(" 300s ", 300_000)]
    public void A_duration_is_written_in_one_of_these_ways(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), HostingSetup.OptionsOf("Larder:TimeToLive", text).TimeToLive);

    [Theory]
    [InlineData("never")]
    [InlineData("Never")]
    public void A_duration_may_be_without_end(string text) =>
        Assert.Equal(CacheTtl.Never, HostingSetup.OptionsOf("Larder:TimeToLive", text).TimeToLive);

    [Theory]
    [InlineData("3600", "3600s")]
    [InlineData("5", "5s")]
    [InlineData("0.5", "0.5s")]
    public void A_bare_number_is_no_duration_and_the_message_says_what_to_write(string text, string remedy)
    {
        var message = Refused("Larder:TimeToLive", text);

        Assert.Contains("Larder:TimeToLive is '" + text + "'", message, StringComparison.Ordinal);
        Assert.Contains("needs a unit", message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("5 minutes")]
    [InlineData("5x")]
    [InlineData("s")]
    [InlineData("1e3s")]
    [InlineData("24:00:00")]
    [InlineData("00:60:00")]
    [InlineData("5,5s")]
    [InlineData("NaNs")]
    [InlineData("Infinitys")]
    [InlineData("99999999999999d")]
    public void A_malformed_duration_is_refused_with_setting_and_value(string text) =>
        Assert.Contains("Larder:LoadTimeout is '" + text + "'", Refused("Larder:LoadTimeout", text), StringComparison.Ordinal);

    [Theory]
    [InlineData("256MiB", 268_435_456)]
    [InlineData("64KiB", 65_536)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("1TiB", 1_099_511_627_776)]
    [InlineData("100kB", 100_000)]
    [InlineData("500MB", 500_000_000)]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("65536B", 65_536)]
    public void A_size_is_written_in_one_of_these_ways(string text, long bytes) =>
        Assert.Equal(bytes, HostingSetup.OptionsOf("Larder:Memory:MaxBytes", text).Memory.MaxBytes);

    [Fact]
    public void A_bare_number_is_no_size_and_the_message_says_what_to_write()
    {
        var message = Refused("Larder:Memory:MaxBytes", "268435456");

        Assert.Contains("Larder:Memory:MaxBytes is '268435456'", message, StringComparison.Ordinal);
        Assert.Contains("needs a unit", message, StringComparison.Ordinal);
        Assert.Contains("268435456B", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("much")]
    [InlineData("256mib")]
    [InlineData("MiB")]
    [InlineData("99999999999TiB")]
    [InlineData("NaNB")]
    public void A_malformed_size_is_refused_with_setting_and_value(string text) =>
        Assert.Contains("Larder:Memory:MaxBytes is '" + text + "'", Refused("Larder:Memory:MaxBytes", text), StringComparison.Ordinal);

    [Fact]
    [Ledger(13)]
    public void Every_setting_is_read()
    {
        Assert.False(HostingSetup.OptionsOf("Larder:Enabled", "false").Enabled);
        Assert.Equal("shop", HostingSetup.OptionsOf("Larder:Prefix", "shop").Prefix);
        Assert.Equal(TimeSpan.FromSeconds(1), HostingSetup.OptionsOf("Larder:SlidingExpiration", "1s").SlidingExpiration);
        Assert.Equal(0.1, HostingSetup.OptionsOf("Larder:TimeToLiveJitter", "0.1").TimeToLiveJitter);
        Assert.Equal(0.1, HostingSetup.OptionsOf("Larder:TimeToLiveJitter", "10%").TimeToLiveJitter);
        Assert.Equal(TimeSpan.FromSeconds(2), HostingSetup.OptionsOf("Larder:NegativeTimeToLive", "2s").NegativeTimeToLive);
        Assert.False(HostingSetup.OptionsOf("Larder:StoreNull", "False").StoreNull);
        Assert.Equal(TimeSpan.FromSeconds(3), HostingSetup.OptionsOf("Larder:MaxStale", "3s").MaxStale);
        Assert.Equal(EarlyRefresh.AfterFraction(0.8), HostingSetup.OptionsOf("Larder:EarlyRefresh", "0.8").EarlyRefresh);
        Assert.Equal(EarlyRefresh.AfterFraction(0.8), HostingSetup.OptionsOf("Larder:EarlyRefresh", "80%").EarlyRefresh);
        Assert.Equal(EarlyRefresh.XFetch(), HostingSetup.OptionsOf("Larder:EarlyRefresh", "xfetch").EarlyRefresh);
        Assert.Equal(EarlyRefresh.XFetch(2), HostingSetup.OptionsOf("Larder:EarlyRefresh", "xfetch 2").EarlyRefresh);
        Assert.Equal(EarlyRefresh.None, HostingSetup.OptionsOf("Larder:EarlyRefresh", "none").EarlyRefresh);
        Assert.Equal(TimeSpan.FromSeconds(4), HostingSetup.OptionsOf("Larder:LoadTimeout", "4s").LoadTimeout);
        Assert.Equal(TimeSpan.FromSeconds(5), HostingSetup.OptionsOf("Larder:SoftTimeout", "5s").SoftTimeout);
        Assert.Equal(TimeSpan.FromSeconds(6), HostingSetup.OptionsOf("Larder:FailurePause", "6s").FailurePause);
        Assert.Equal(7, HostingSetup.OptionsOf("Larder:MaxConcurrentLoads", "7").MaxConcurrentLoads);
        Assert.Equal(8, HostingSetup.OptionsOf("Larder:MaxConcurrentRefreshes", "8").MaxConcurrentRefreshes);
        Assert.Equal(900, HostingSetup.OptionsOf("Larder:MaxKeyLength", "900").MaxKeyLength);
        Assert.Equal(100, HostingSetup.OptionsOf("Larder:MaxTagLength", "100").MaxTagLength);
        Assert.Equal(11, HostingSetup.OptionsOf("Larder:MaxTagsPerEntry", "11").MaxTagsPerEntry);
        Assert.Equal(12, HostingSetup.OptionsOf("Larder:Memory:MaxEntries", "12").Memory.MaxEntries);
        Assert.True(HostingSetup.OptionsOf("Larder:Memory:TrimOnMemoryPressure", "true").Memory.TrimOnMemoryPressure);
        Assert.Equal(TimeSpan.FromSeconds(13), HostingSetup.OptionsOf("Larder:Memory:SweepInterval", "13s").Memory.SweepInterval);
    }

    [Fact]
    public void Every_setting_of_the_options_can_be_configured()
    {
        var refusal = Refused("Larder:NoSuchSetting", "1");
        string[] inCode = ["Memory", "Serializer", "AdditionalSerializers", "TimeProvider", "LoggerFactory", "Weigher"];
        var settings = typeof(CacheOptions).GetProperties().Select(property => property.Name)
            .Concat(typeof(MemoryOptions).GetProperties().Select(property => property.Name))
            .Except(inCode);

        Assert.All(settings, setting => Assert.Contains(setting, refusal, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Larder:enabled", "FALSE")]
    [InlineData("LARDER:ENABLED", " false ")]
    public void Names_are_read_in_either_case(string key, string text) => Assert.False(HostingSetup.OptionsOf(key, text).Enabled);

    [Theory]
    [InlineData("Larder:TimeToLife", "Larder:TimeToLife")]
    [InlineData("Larder:MaxEntries", "Larder:MaxEntries")]
    [InlineData("Larder:Memory:TimeToLive", "Larder:Memory:TimeToLive")]
    [InlineData("Larder:Memory:MaxSize", "Larder:Memory:MaxSize")]
    [InlineData("Larder:Memroy:MaxEntries", "Larder:Memroy")]
    [InlineData("Larder:Memory:More:MaxEntries", "Larder:Memory:More")]
    [InlineData("Larder:Memory", "Larder:Memory")]
    public void An_unknown_setting_is_refused_with_its_name_and_those_that_there_are(string key, string unknown)
    {
        var message = Refused(key, "5m");

        Assert.StartsWith($"{unknown} is not a setting", message, StringComparison.Ordinal);
        Assert.Contains("TimeToLive, SlidingExpiration", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Larder:Enabled", "yes")]
    [InlineData("Larder:StoreNull", "1")]
    [InlineData("Larder:MaxKeyLength", "1,000")]
    [InlineData("Larder:MaxConcurrentLoads", "many")]
    [InlineData("Larder:Memory:MaxEntries", "100k")]
    [InlineData("Larder:Memory:MaxEntries", "99999999999")]
    [InlineData("Larder:TimeToLiveJitter", "some")]
    [InlineData("Larder:EarlyRefresh", "2")]
    [InlineData("Larder:EarlyRefresh", "xfetch -1")]
    [InlineData("Larder:EarlyRefresh", "xfetch 1 2")]
    [InlineData("Larder:EarlyRefresh", "NaN")]
    public void A_malformed_value_is_refused_with_setting_and_value(string key, string text) =>
        Assert.Contains($"{key} is '{text}'", Refused(key, text), StringComparison.Ordinal);

    [Fact]
    [Ledger(31)]
    public void The_settings_of_a_named_cache_stand_under_its_name()
    {
        const string Key = "Larder:Caches:products:TimeToLive";

        Assert.Equal(TimeSpan.FromHours(1), HostingSetup.OptionsOf(Key, "1h", "products").TimeToLive);
        Assert.Equal(CacheTtl.Short, HostingSetup.OptionsOf(Key, "1h").TimeToLive);
    }

    [Fact]
    public void A_mistake_in_the_settings_of_a_named_cache_is_refused_with_the_whole_path()
    {
        var message = Assert.ThrowsAny<ArgumentException>(() => HostingSetup.OptionsOf("Larder:Caches:products:TimeToLive", "60", "products")).Message;

        Assert.Contains("Larder:Caches:products:TimeToLive is '60'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_leaves_a_setting_as_it_is() => Assert.Equal(CacheTtl.Short, HostingSetup.OptionsOf("Larder:TimeToLive", null).TimeToLive);

    [Fact]
    public void Configuration_of_other_things_is_not_looked_at() =>
        Assert.Equal(CacheTtl.Short, HostingSetup.OptionsOf("Larders:TimeToLive", "3600").TimeToLive);

    [Fact]
    public void A_server_without_the_package_for_it_is_refused_rather_than_left_out()
    {
        var message = Refused("Larder:Redis:ConnectionString", "redis://:secret@example:6379");

        Assert.Contains("Larder:Redis:ConnectionString", message, StringComparison.Ordinal);
        Assert.Contains("Larder.Redis", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    private static string Refused(string key, string text) => Assert.ThrowsAny<ArgumentException>(() => HostingSetup.OptionsOf(key, text)).Message;
}
