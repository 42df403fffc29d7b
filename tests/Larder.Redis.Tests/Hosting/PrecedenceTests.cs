using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Redis.Tests.Hosting;

/// <summary>Configuration counts more than code, the particular more than the general; nothing here connects.</summary>
public sealed class PrecedenceTests
{
    [Fact]
    public void Configuration_counts_more_than_code()
    {
        using var host = RedisSetup.Host(
            larder => larder.UseRedis(redis => (redis.ConnectionString, redis.CommandTimeout, redis.RetryCount) = ("redis://:code@code", TimeSpan.FromSeconds(1), 5)),
            settings: [("Larder:Redis:ConnectionString", "configured:7000"), ("Larder:Redis:CommandTimeout", "2s")]);
        var options = RedisSetup.OptionsOf(host);

        Assert.Equal(["configured:7000"], options.Endpoints);
        Assert.Equal((null, TimeSpan.FromSeconds(2), 5), (options.Password, options.CommandTimeout, options.RetryCount));
    }

    [Fact]
    public void Settings_beside_a_connection_string_count_more_than_what_is_in_it()
    {
        using var host = RedisSetup.Host(
            larder => larder.UseRedis(),
            settings: [("Larder:Redis:Password", "beside"), ("Larder:Redis:ConnectionString", "redis://app:inside@host/1"), ("Larder:Redis:Database", "2")]);
        var options = RedisSetup.OptionsOf(host);

        Assert.Equal(("app", "beside", 2), (options.User, options.Password, options.Database));
    }

    [Fact]
    public void The_settings_of_a_named_cache_count_more_than_those_of_all()
    {
        using var host = RedisSetup.Host(
            larder => larder
                .UseRedis("redis://code")
                .AddCache("a")
                .AddCache("b", options => options.UseRedis(redis => redis.Database = 4))
                .AddCache("c"),
            settings: [("Larder:Redis:Database", "1"), ("Larder:Redis:Strict", "true"), ("Larder:Caches:c:Redis:ConnectionString", "other"), ("Larder:Caches:c:Redis:Database", "5")]);

        Assert.Equal(("code:6379", 1), Shown("default"));
        Assert.Equal(("code:6379", 1), Shown("a"));
        Assert.Equal(("code:6379", 4), Shown("b"));
        Assert.Equal(("other:6379", 5), Shown("c"));
        Assert.True(RedisSetup.OptionsOf(host, "c").Strict);

        (string, int) Shown(string name) => (RedisSetup.OptionsOf(host, name).Endpoints[0], RedisSetup.OptionsOf(host, name).Database);
    }

    [Fact]
    public void The_order_of_the_calls_does_not_matter_to_configuration()
    {
        using var host = RedisSetup.Host(
            larder => larder.AddCache("a", options => options.UseRedis(redis => redis.RetryCount = 7)),
            settings: [("Larder:Caches:a:Redis:RetryCount", "3")]);

        Assert.Equal(3, RedisSetup.OptionsOf(host, "a").RetryCount);
    }

    [Fact]
    public void Configuration_of_all_counts_less_than_code_of_a_named_cache()
    {
        // Nothing says for all caches that they are in Redis, so the settings wait for the one that is.
        using var host = RedisSetup.Host(
            larder => larder.Configure(options => options.Enabled = true).AddCache("a", options => options.UseRedis(redis => redis.RetryCount = 7)),
            settings: [("Larder:Redis:RetryCount", "3"), ("Larder:Redis:Database", "3")]);

        Assert.Equal((7, 3), (RedisSetup.OptionsOf(host, "a").RetryCount, RedisSetup.OptionsOf(host, "a").Database));
        Assert.Contains("UseRedis()", Assert.ThrowsAny<ArgumentException>(() => RedisSetup.OptionsOf(host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Ledger(18)]
    public void Endpoints_are_a_list_or_a_text()
    {
        using var list = RedisSetup.Host(larder => larder.UseRedis(), settings: [("Larder:Redis:Endpoints:0", "one"), ("Larder:Redis:Endpoints:1", "two:7000")]);
        using var text = RedisSetup.Host(larder => larder.UseRedis(), settings: [("Larder:Redis:Endpoints", "one, two:7000")]);

        Assert.Equal(["one", "two:7000"], RedisSetup.OptionsOf(list).Endpoints);
        Assert.Equal(["one", "two:7000"], RedisSetup.OptionsOf(text).Endpoints);
    }

    [Fact]
    public void An_empty_connection_string_in_configuration_takes_the_one_of_the_code_away()
    {
        using var host = RedisSetup.Host(larder => larder.UseRedis("redis://code"), settings: [("Larder:Redis:ConnectionString", "")]);

        Assert.Empty(RedisSetup.OptionsOf(host).Endpoints);
    }

    [Theory]
    [InlineData("Larder:Redis:CommandTimeout", "500", "Larder:Redis:CommandTimeout is '500'", "needs a unit")]
    [InlineData("Larder:Redis:BulkThreshold", "9999GiB", "Larder:Redis:BulkThreshold is '9999GiB'", "")]
    [InlineData("Larder:Redis:Mode", "Ring", "Larder:Redis:Mode is 'Ring'", "Sentinel")]
    [InlineData("Larder:Redis:Timeout", "5s", "Larder:Redis:Timeout is not a setting", "CommandTimeout")]
    [InlineData("Larder:Redis:Endpoints:first", "host", "Larder:Redis:Endpoints:first is not a setting", "Endpoints")]
    [InlineData("Larder:Redis:ConnectionString", "redis://:hunter2@host:port", "Larder:Redis:ConnectionString: a port", "65535")]
    public void A_mistake_in_configuration_is_refused_with_its_path(string key, string text, string problem, string expected)
    {
        using var host = RedisSetup.Host(larder => larder.UseRedis(), settings: [(key, text)]);

        var exception = Assert.ThrowsAny<ArgumentException>(() => RedisSetup.OptionsOf(host));

        Assert.StartsWith(problem, exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_out_of_its_range_keeps_the_host_from_starting()
    {
        using var host = RedisSetup.Host(larder => larder.UseRedis("redis://host"), settings: [("Larder:Redis:RetryCount", "99")]);

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Larder cache 'default': Redis.RetryCount is 99, and must be from 0 to 10", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop:staging", "'shop.staging'")]
    [InlineData("a:b:", "'a.b'")]
    public async Task A_prefix_with_a_separator_keeps_the_host_from_starting(string prefix, string proposal)
    {
        using var host = RedisSetup.Host(larder => larder.UseRedis(), settings: [("Larder:Prefix", prefix)]);

        Assert.Contains(proposal, (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_with_a_separator_needs_a_prefix()
    {
        using var refused = RedisSetup.Host(larder => larder.UseRedis().AddCache("a:b"));
        using var started = RedisSetup.Host(larder => larder.UseRedis().AddCache("a:b", options => options.Prefix = "a.b"));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => refused.StartAsync());
        await started.StartAsync();

        Assert.Contains("Larder cache 'a:b': Prefix is left out", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'a.b'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_connection_string_in_code_is_refused_at_the_call()
    {
        Assert.Throws<ArgumentException>(() => RedisSetup.Host(larder => larder.UseRedis("redis://host:port")));
        Assert.Throws<ArgumentException>(() => RedisSetup.Host(larder => larder.UseRedis("")));
        Assert.Throws<ArgumentNullException>(() => RedisSetup.Host(larder => larder.UseRedis((Action<RedisOptions>)null!)));
    }
}
