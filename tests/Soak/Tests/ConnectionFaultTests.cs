namespace Larder.Soak.Tests;

/// <summary>Consistency while connections are disturbed, or a process stands still.</summary>
[Trait("Category", "Alone")]
[Trait("Category", "Slow")]
public sealed class ConnectionFaultTests(ITestOutputHelper output) : ConsistencyTest(output)
{
    [Theory]
    [Trait("Scenario", "S1")]
    [Trait("Scenario", "S2")]
    [Trait("Scenario", "S3")]
    [Trait("Scenario", "S8")]
    [Trait("Scenario", "S32")]
    [InlineData("stop-client")]
    [InlineData("partition")]
    [InlineData("resets")]
    [InlineData("kill-tracking")]
    public Task No_read_is_older_than_an_invalidation_that_was_acknowledged_before_it(string fault) => PassesAsync(fault);
}
