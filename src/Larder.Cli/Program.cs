using Larder.Cli.CommandLine;

namespace Larder.Cli;

/// <summary>The command <c>larder</c>.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => Tool.RunAsync(arguments, Terminal.OfProcess());
}
