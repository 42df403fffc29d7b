namespace Larder.Cli.CommandLine;

/// <summary>Ends the tool with a sentence for whoever called it.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What is wrong.</param>
/// <param name="hint">What to do about it; <see langword="null"/> where the message says it.</param>
internal sealed class ToolException(int exitCode, string message, string? hint = null) : Exception(message)
{
    public int ExitCode => exitCode;

    public string? Hint => hint;

    public static ToolException Usage(string message, string? hint = null) => new(CommandLine.ExitCode.Usage, message, hint);

    public static ToolException NotFound(string message, string? hint = null) => new(CommandLine.ExitCode.NotFound, message, hint);
}
