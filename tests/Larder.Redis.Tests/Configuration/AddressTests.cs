namespace Larder.Redis.Tests.Configuration;

/// <summary>Connection strings that are addresses: redis://, rediss://, unix://.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("redis://localhost", "localhost:6379")]
    [InlineData("redis://localhost/", "localhost:6379")]
    [InlineData("REDIS://localhost:1234", "localhost:1234")]
    [InlineData(" redis://10.0.0.1:7000 ", "10.0.0.1:7000")]
    [InlineData("redis://[::1]", "[::1]:6379")]
    [InlineData("redis://[fe80::1]:7000/2", "[fe80::1]:7000")]
    [InlineData("redis://one,two:7000,[::1]:7001,[::2]", "one:6379 two:7000 [::1]:7001 [::2]:6379")]
    [InlineData("redis://cache_1.internal:6379", "cache_1.internal:6379")]
    [InlineData("redis://one,two:7000/?SentinelServiceName=main", "one:26379 two:7000")]
    [InlineData("unix:///run/redis/redis.sock", "unix:/run/redis/redis.sock")]
    [InlineData("unix:///run/a%20b.sock?database=3", "unix:/run/a b.sock")]
    [InlineData("unix://:pw@/run/redis.sock", "unix:/run/redis.sock")]
    public void The_servers_are_read(string text, string endpoints) => Assert.Equal(endpoints.Split(' ', endpoints.StartsWith("unix") ? 1 : 99), Read(text).Endpoints);

    [Theory]
    [Ledger(17)]
    [InlineData("redis://user:word@host", "user", "word")]
    [InlineData("redis://:word@host", null, "word")]
    [InlineData("redis://user:@host", "user", "")]
    [InlineData("redis://user:w%40rd%3A%2F%25%2C@host", "user", "w@rd:/%,")]
    [InlineData("redis://u%3Aser:word@host", "u:ser", "word")]
    [InlineData("redis://user:w:rd@host", "user", "w:rd")]
    [InlineData("redis://user:w@rd@host", "user", "w@rd")]
    [InlineData("redis://user:w%C3%B6rd@host", "user", "wörd")]
    [InlineData("redis://user:a+b@host", "user", "a+b")]
    [InlineData("redis://user:word@host,other:7000/1", "user", "word")]
    [InlineData("unix:///redis.sock?user=user&password=w%26rd", "user", "w&rd")]
    [InlineData("unix://user:word@/redis.sock", "user", "word")]
    [InlineData("redis://host", null, null)]
    public void The_login_is_read(string text, string? user, string? password) =>
        Assert.Equal((user, password), (Read(text).User, Read(text).Password));

    [Theory]
    [Ledger(18)]
    [InlineData("redis://host", 0, false)]
    [InlineData("redis://host/15", 15, false)]
    [InlineData("redis://host/?database=3", 3, false)]
    [InlineData("rediss://host/1", 1, true)]
    [InlineData("RedisS://host", 0, true)]
    [InlineData("redis://host?tls=true", 0, true)]
    public void Database_and_TLS_are_read(string text, int database, bool tls) => Assert.Equal((database, tls), (Read(text).Database, Read(text).Tls));

    [Fact]
    public void Options_stand_behind_the_question_mark()
    {
        var options = Read("redis://host/1?commandTimeout=250ms&ConnectTimeout=2s&STRICT=true&clientName=shop%2D1&maxValueBytes=1MiB&compressionThreshold=never&mode=standalone");

        Assert.Equal((TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2), true, "shop-1"), (options.CommandTimeout, options.ConnectTimeout, options.Strict, options.ClientName));
        Assert.Equal((1024 * 1024, (int?)null, RedisMode.Standalone), (options.MaxValueBytes, options.CompressionThreshold, options.Mode));
    }

    [Theory]
    [InlineData("http://host", "redis://")]
    [InlineData("redis://", "not a host name")]
    [InlineData("redis://host,", "not a host name")]
    [InlineData("redis://ho st", "not a host name")]
    [InlineData("redis://host:0", "65535")]
    [InlineData("redis://host:65536", "65535")]
    [InlineData("redis://host:port", "65535")]
    [InlineData("redis://[::1", "[::1]")]
    [InlineData("redis://[::1]7000", "[::1]")]
    [InlineData("redis://host/one", "database")]
    [InlineData("redis://host/-1", "database")]
    [InlineData("redis://host/1/2", "database")]
    [InlineData("redis://word@host", ":password@")]
    [InlineData("redis://host?timeout", "name=value")]
    [InlineData("redis://host?timeout=5s", "'timeout' is not an option")]
    [InlineData("redis://host?connectionString=redis:x", "'connectionString' is not an option")]
    [InlineData("redis://host?connectTimeout=5", "connectTimeout: a duration needs a unit")]
    [InlineData("redis://host?strict=perhaps", "strict: expected is 'true' or 'false'")]
    [InlineData("redis://host?retryCount=many", "retryCount: expected is a whole number")]
    [InlineData("redis://host?password=%2", "hexadecimal")]
    [InlineData("unix://run/redis.sock", "begins with '/'")]
    [InlineData("unix://", "begins with '/'")]
    public void What_is_malformed_is_refused_with_what_is_expected(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [Ledger(17)]
    [InlineData("redis://user:hun/ter2@host:6379")]
    [InlineData("redis://user:hun?ter2@host:6379")]
    [InlineData("redis://user:hun?ter2=x@host:6379")]
    [InlineData("redis://user:1234/hunter2@host:6379")]
    [InlineData("redis://user:1234?hunter2=x@host:6379")]
    [InlineData("redis://user:hun#ter2@host:6379")]
    [InlineData("redis://user:hun%ter2@host:6379")]
    [InlineData("redis://user:hunter2@host:port")]
    [InlineData("redis://user:hunter2@ho st")]
    [InlineData("redis://hunter2@host")]
    [InlineData("redis://user:hunter2@host/x")]
    [InlineData("redis://host?password=hunter2&nonsense=1")]
    [InlineData("redis://host?password=hunter2&ter2&x=1")]
    [InlineData("hunter2://host")]
    [InlineData("redis://host/hunter2")]
    [InlineData("redis://host?database=hunter2")]
    [InlineData("redis://host?connectTimeout=hunter2")]
    [InlineData("unix://hunter2")]
    [InlineData("redis://user:hunter2@[::1")]
    public void A_password_that_was_not_escaped_is_not_shown(string text)
    {
        var exception = Assert.Throws<ArgumentException>(() => Read(text));

        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ter2", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("1234", exception.ToString(), StringComparison.Ordinal);
    }

    private static RedisOptions Read(string text) => new() { ConnectionString = text };
}
