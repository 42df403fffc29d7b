using Larder.Diagnostics;

namespace Larder.Dashboard.Tests;

/// <summary>How many operations are timed for the dashboard, which is a matter of the whole process.</summary>
[CollectionDefinition(nameof(SamplingTests), DisableParallelization = true)]
[Collection(nameof(SamplingTests))]
public sealed class SamplingTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(400, 1)]
    [InlineData(4_000, 8)]
    [InlineData(1_000_000, 2048)]
    [InlineData(1e12, 4096)]
    public void Few_operations_are_all_timed_and_of_many_some_hundreds_in_a_second(double perSecond, uint oneIn)
    {
        OperationSampling.Follow(perSecond);

        Assert.Equal(oneIn, OperationSampling.OneIn);
    }
}
