using System.CommandLine;
using Larder.Cli.CommandLine;

namespace Larder.Cli.Commands;

/// <summary><c>larder tags</c>.</summary>
internal static class TagsCommands
{
    public static Command Create(ToolSetup setup) => new("tags", "Lists and invalidates tags.")
    {
        new TagsListCommand(setup),
        new TagsInvalidateCommand(setup),
    };
}
