using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Larder.Cli.Commands;

namespace Larder.Cli.CommandLine;

/// <summary>The tool: its commands, and how a command line is carried out.</summary>
internal static class Tool
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var result = Create(terminal).Parse(arguments.Count == 0 ? ["--help"] : arguments);
        var configuration = new InvocationConfiguration { Output = terminal.Output, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        if (result.Action is ParseErrorAction wrong)
        {
            // Corrections and errors alike are about the results, and are none.
            (configuration.Output, wrong.ShowHelp) = (terminal.Error, false);
            await result.InvokeAsync(configuration, cancellationToken);
            terminal.Error.WriteLine($"{NameOf(result.CommandResult.Command)} --help shows what is understood.");
            return ExitCode.Usage;
        }

        return await result.InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>Makes the commands.</summary>
    public static RootCommand Create(Terminal terminal)
    {
        var setup = new ToolSetup(terminal, new GlobalOptions());
        var root = new RootCommand("Looks into Larder caches, in a Redis or in a running application; changes them; finds what is wrong with their servers.")
        {
            KeysCommands.Create(setup),
            TagsCommands.Create(setup),
            new ClearCommand(setup),
            StatsCommands.Create(setup),
            new DoctorCommand(setup),
            new NodesCommand(setup),
            new TopCommand(setup),
            new WatchCommand(setup),
            new DashboardCommand(setup),
            new BenchCommand(setup),
            new ReplayCommand(setup),
            new WarmCommand(setup),
        };
        foreach (var option in setup.Options.All)
        {
            root.Add(option);
        }

        if (root.Options.OfType<HelpOption>().FirstOrDefault() is { Action: HelpAction help } option1)
        {
            option1.Action = new ExamplesHelp(help);
        }

        return root;
    }

    /// <summary>Gets a command as it is typed.</summary>
    public static string NameOf(Command command) =>
        command is RootCommand ? "larder" : $"{NameOf(command.Parents.OfType<Command>().First())} {command.Name}";
}
