namespace Larder.Cli.CommandLine;

/// <summary>What the process ends with; docs/reference/cli.md promises these numbers.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>Something failed, or <c>doctor</c> found something.</summary>
    public const int Error = 1;

    /// <summary>The command line, the configuration file or an input is not what was expected.</summary>
    public const int Usage = 2;

    /// <summary>The cache, the entry or the file is not there.</summary>
    public const int NotFound = 3;

    /// <summary>The login was refused, or a permission is missing.</summary>
    public const int Refused = 4;

    /// <summary>Ctrl-C, as shells have it.</summary>
    public const int Cancelled = 130;
}
