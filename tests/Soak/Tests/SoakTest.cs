namespace Larder.Soak.Tests;

/// <summary>
/// Short forms of the runs, with processes and servers as real as those of the long ones. None puts load on the machine while another does (<see cref="Processes.Turn"/>), and no other tests do,
/// which Category=Alone says.
/// </summary>
public abstract class SoakTest(ITestOutputHelper output)
{
    /// <summary>Commands may take long, so that nothing is given up while the machine stands still.</summary>
    internal const string Patient = "Larder:Redis:CommandTimeout=00:00:20";

    private const int Attempts = 3;

    internal void AssertPassed(RunResult result)
    {
        output.WriteLine(result.ToString());
        Assert.True(result.Passed, result.ToString());
    }

    /// <summary>Asserts that a run passes. One that was only too slow is made again: a machine that stands still for a moment is not late each time.</summary>
    internal async Task AssertPassesAsync(Func<Task<RunResult>> run)
    {
        var result = await run();
        for (var attempt = 1; result.IsLateOnly && attempt < Attempts; attempt++)
        {
            output.WriteLine(result.ToString());
            result = await run();
        }

        AssertPassed(result);
    }

    internal void AssertFailed(RunResult result)
    {
        output.WriteLine(result.ToString());
        Assert.False(result.Passed);
    }
}
