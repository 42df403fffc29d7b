namespace Larder.Soak.Tests;

/// <summary>
/// Short forms of the runs, with processes and servers as real as those of the long ones. None puts load on the machine while another does (<see cref="Processes.Turn"/>), and no other tests do,
/// which Category=Alone says.
/// </summary>
public abstract class SoakTest(ITestOutputHelper output)
{
    internal void AssertPassed(RunResult result)
    {
        output.WriteLine(result.ToString());
        Assert.True(result.Passed, result.ToString());
    }

    internal void AssertFailed(RunResult result)
    {
        output.WriteLine(result.ToString());
        Assert.False(result.Passed);
    }
}
