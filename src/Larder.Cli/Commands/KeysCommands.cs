using System.CommandLine;
using Larder.Cli.CommandLine;

namespace Larder.Cli.Commands;

/// <summary><c>larder keys</c>.</summary>
internal static class KeysCommands
{
    public static Command Create(ToolSetup setup) => new("keys", "Lists, shows and removes entries.")
    {
        new KeysListCommand(setup),
        new KeysGetCommand(setup),
        new KeysRemoveCommand(setup),
    };
}
