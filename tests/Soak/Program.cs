using Larder.Soak.Consistency;
using Larder.Soak.Leak;
using Larder.Soak.Outage;
using Larder.Soak.Processes;
using Larder.Soak.Push;
using Larder.Soak.Schedules;
using Larder.Soak.Stampede;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Larder.Soak;

/// <summary>One program: the runs (<c>Soak consistency …</c>), the processes that a run starts (<c>Soak worker …</c>), and the tests.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] words)
    {
        try
        {
            return await RunAsync(words);
        }
        catch (ArgumentException exception) when (words is not ["worker", ..])
        {
            await Console.Error.WriteLineAsync(exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal));
            return 2;
        }
    }

    private static async Task<int> RunAsync(string[] words) => words switch
    {
        ["worker", var kind, .. var rest] => await WorkerHost.RunAsync(kind, new Arguments(rest)),
        ["consistency", .. var rest] => await ConsistencyRun.RunAsync(new Arguments(rest), Console.Out) ? 0 : 1,
        ["stampede", .. var rest] => await StampedeRun.RunAsync(new Arguments(rest), Console.Out) ? 0 : 1,
        ["outage", .. var rest] => await OutageRun.RunAsync(new Arguments(rest), Console.Out) ? 0 : 1,
        ["leak", .. var rest] => await LeakRun.RunAsync(new Arguments(rest), Console.Out) ? 0 : 1,
        ["push", .. var rest] => await PushRun.RunAsync(new Arguments(rest), Console.Out) ? 0 : 1,
        ["schedules", .. var rest] => await ScheduleRun.RunAsync(new Arguments(rest), Console.Out) ? 0 : 1,
        _ when words.Contains("--server") || words.Contains("--internal-msbuild-node") => await TestPlatformTestFramework.RunAsync(words, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await ConsoleRunner.Run(words),
    };
}
