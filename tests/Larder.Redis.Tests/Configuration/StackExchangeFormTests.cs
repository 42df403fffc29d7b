namespace Larder.Redis.Tests.Configuration;

/// <summary>Connection strings in the form of StackExchange.Redis.</summary>
public sealed class StackExchangeFormTests
{
    [Theory]
    [InlineData("localhost", "localhost:6379")]
    [InlineData("localhost:6380", "localhost:6380")]
    [InlineData("one:1,two:2 , three", "one:1 two:2 three:6379")]
    [InlineData("[::1]:7000,[::2]", "[::1]:7000 [::2]:6379")]
    [InlineData("::1", "[::1]:6379")]
    [InlineData("host,ssl=true", "host:6380")]
    [InlineData("host:6379,ssl=True", "host:6379")]
    [InlineData("host,serviceName=main", "host:26379")]
    [InlineData("unix:/run/redis.sock,password=x", "unix:/run/redis.sock")]
    public void The_servers_are_read(string text, string endpoints) => Assert.Equal(endpoints.Split(' '), Read(text).Endpoints);

    [Fact]
    public void The_options_are_read()
    {
        var options = Read(
            "host:6379,host2:6380,user=app,password=se=cr/et:@==,ssl=true,sslHost=redis.example,defaultDatabase=1,serviceName=main,connectTimeout=2000,syncTimeout=250,name=shop,heartbeatInterval=1000");

        Assert.Equal(["host:6379", "host2:6380"], options.Endpoints);
        Assert.Equal(("app", "se=cr/et:@==", true, "redis.example"), (options.User, options.Password, options.Tls, options.TlsHost));
        Assert.Equal((1, "main", "shop"), (options.Database, options.SentinelServiceName, options.ClientName));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)), (options.ConnectTimeout, options.CommandTimeout, options.HeartbeatInterval));
    }

    [Theory]
    [InlineData("host,syncTimeout=250,asyncTimeout=300")]
    [InlineData("host,asyncTimeout=300,syncTimeout=250")]
    [InlineData("host,ASYNCTIMEOUT=300")]
    public void The_asynchronous_timeout_counts_more(string text) => Assert.Equal(TimeSpan.FromMilliseconds(300), Read(text).CommandTimeout);

    [Fact]
    public void Options_that_mean_nothing_here_are_accepted()
    {
        var options = Read("host,abortConnect=false,allowAdmin=true,connectRetry=5,keepAlive=60,resolveDns=true,tiebreaker=,configChannel=,channelPrefix=x,checkCertificateRevocation=true,"
            + "configCheckSeconds=60,protocol=resp3,setlib=false,sslProtocols=tls12,version=7.0,writeBuffer=4096,responseTimeout=1,preserveAsyncOrder=true,highIntegrity=true");

        Assert.Equal(["host:6379"], options.Endpoints);
        Assert.Equal(TimeSpan.FromMilliseconds(500), options.CommandTimeout);
    }

    [Theory]
    [InlineData("host,tunnel=http:x", "'tunnel' is not an option", "connectTimeout")]
    [InlineData("host,proxy=twemproxy", "'proxy' is not an option", "abortConnect")]
    [InlineData("host,pasword=x", "'pasword' is not an option", "password")]
    [InlineData("host,ssl=1", "ssl:", "'true' or 'false'")]
    [InlineData("host,connectTimeout=5s", "connectTimeout:", "milliseconds")]
    [InlineData("host,defaultDatabase=one", "defaultDatabase:", "whole number")]
    [InlineData("password=x", "names no server", "host:6379")]
    [InlineData("host:1:2:3:zzz", "not a host name", "[::1]:6379")]
    [InlineData("host:99999", "1 to 65535", "port")]
    [InlineData("host,ssl=true,other:6379", "no option", "name=value")]
    public void What_is_malformed_is_refused_with_what_is_expected(string text, string problem, string expected)
    {
        var exception = Assert.Throws<ArgumentException>(() => Read(text));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host,password=hun,ter2")]
    [InlineData("host,password=hun,ter2=x")]
    [InlineData("host,password=hunter2,defaultDatabase=x")]
    [InlineData("host,password=hunter2,connectTimeout=x")]
    [InlineData("host:hunter2")]
    [InlineData("hun ter2")]
    [InlineData("host,hunter2=x")]
    [InlineData("host,ssl=hunter2")]
    public void What_may_be_a_password_is_not_shown(string text)
    {
        var exception = Assert.Throws<ArgumentException>(() => Read(text));

        Assert.DoesNotContain("ter2", exception.ToString(), StringComparison.Ordinal);
    }

    private static RedisOptions Read(string text) => new() { ConnectionString = text };
}
