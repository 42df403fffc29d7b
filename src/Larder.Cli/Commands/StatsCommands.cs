using System.CommandLine;
using Larder.Cli.CommandLine;

namespace Larder.Cli.Commands;

/// <summary><c>larder stats</c>.</summary>
internal static class StatsCommands
{
    public static Command Create(ToolSetup setup) => new("stats", "Tells what a cache is made of, by a sample of its entries.")
    {
        new StatsBigCommand(setup),
        new StatsHotCommand(setup),
        new StatsTtlCommand(setup),
        new StatsPrefixesCommand(setup),
    };
}
