namespace Larder.Cli.CommandLine;

/// <summary>Asks before something that cannot be taken back. Where nobody can answer, the flag that answers is asked for.</summary>
internal static class Confirmation
{
    /// <summary>Has the caller agree.</summary>
    /// <param name="invocation">The command line.</param>
    /// <param name="isAgreed">Whether <c>--yes</c> was given.</param>
    /// <param name="what">What would happen, as a sentence.</param>
    /// <param name="answer">What has to be typed.</param>
    /// <exception cref="ToolException">Nobody agreed.</exception>
    public static void Require(Invocation invocation, bool isAgreed, string what, string answer = "yes")
    {
        if (isAgreed)
        {
            return;
        }

        if (!invocation.Terminal.IsInputTerminal)
        {
            throw ToolException.Usage($"{what} Nobody can be asked here.", "Add --yes to do it, or --dry-run to see what it would do.");
        }

        invocation.Terminal.Error.Write($"{what} Type '{answer}' to go on: ");
        if (invocation.Terminal.Input.ReadLine()?.Trim() != answer)
        {
            throw new ToolException(ExitCode.Cancelled, "Nothing was changed.");
        }
    }
}
