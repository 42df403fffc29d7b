using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Larder.Soak.WriteBehind;

/// <summary>One program: the run (<c>run 100000 50</c>: writes and kills), the processes that it starts, and the tests.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] words) => words switch
    {
        ["producer", var redis, var database, var acknowledged, var writers, var keys] => await Producer.RunAsync(redis, database, acknowledged, Number(writers), Number(keys)),
        ["worker", var redis, var database] => await Worker.RunAsync(redis, database),
        ["run", var writes, var kills] => await ShowAsync(new SoakRun { Writes = Number(writes), Kills = Number(kills) }),
        _ when words.Contains("--server") || words.Contains("--internal-msbuild-node") => await TestPlatformTestFramework.RunAsync(words, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await ConsoleRunner.Run(words),
    };

    private static int Number(string word) => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<int> ShowAsync(SoakRun run)
    {
        var result = await run.RunAsync();
        Console.WriteLine(result);
        return result.Passed ? 0 : 1;
    }
}
