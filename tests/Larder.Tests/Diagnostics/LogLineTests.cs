using Larder.Tests.Conformance;
using Larder.Tests.Serialization;

namespace Larder.Tests.Diagnostics;

/// <summary>A message of the log is one line.</summary>
public sealed class LogLineTests
{
    [Theory]
    [InlineData("user\r\nfake: all is well", @"user\u000D\u000Afake: all is well")]
    [InlineData("user\u2028fake", @"user\u2028fake")]
    [InlineData("user\u001b[2Jfake", @"user\u001B[2Jfake")]
    [InlineData("größe 大小", "größe 大小")]
    public async Task A_key_cannot_begin_a_line_of_the_log(string key, string logged)
    {
        await using var harness = new BytesHarness();
        using var log = new LogRecorder();
        var cache = harness.CreateCache(options => options.LoggerFactory = log);
        harness.Tier.ReadFailure = new IOException("out of order");

        await cache.GetAsync<int>(key);

        Assert.Contains(log.Lines, line => line.Contains($"'{logged}'", StringComparison.Ordinal));
        Assert.All(log.Lines, line => Assert.DoesNotContain(line, char.IsControl));
        harness.Tier.ReadFailure = null;
    }
}
