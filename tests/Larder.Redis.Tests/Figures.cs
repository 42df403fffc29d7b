namespace Larder.Redis.Tests;

/// <summary>What tests measure on their way: for who reads their output, and for docs/reference/performance.md.</summary>
internal static class Figures
{
    /// <summary>Names a file that takes the figures, a row of a Markdown table each.</summary>
    private const string FileVariable = "LARDER_FIGURES";

    private static readonly Lock s_lock = new();

    /// <summary>Tells a figure.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="result">What came of it.</param>
    public static void Tell(string what, string result)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {result}");
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            lock (s_lock)
            {
                File.AppendAllText(file, $"| {what} | {result} |\n");
            }
        }
    }
}
