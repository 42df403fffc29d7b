using Larder.Soak.Schedules;

namespace Larder.Soak.Tests;

/// <summary>The order of messages decides, and no time is measured: other tests may run meanwhile.</summary>
[Trait("Category", "Slow")]
public sealed class ScheduleTests(ITestOutputHelper output) : SoakTest(output)
{
    [Fact]
    public async Task No_order_of_messages_loaders_and_faults_leaves_a_stale_copy_or_fails_a_caller() =>
        AssertPassed(await ScheduleRun.RunAsync(first: 1, count: 300, hasFaults: true, isUnguarded: false, TextWriter.Null));

    [Fact]
    public async Task A_cache_without_its_guards_is_found_out_by_the_order_of_messages() =>
        AssertFailed(await ScheduleRun.RunAsync(first: 1, count: 300, hasFaults: true, isUnguarded: true, TextWriter.Null));
}
