namespace Larder.Cli.CommandLine;

/// <summary>What all commands are made with.</summary>
/// <param name="Terminal">Where they read and write.</param>
/// <param name="Options">The options that all have.</param>
internal sealed record ToolSetup(Terminal Terminal, GlobalOptions Options);
