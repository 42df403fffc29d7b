using System.Diagnostics;

namespace Larder.Conventions;

/// <summary>Runs a command of the .NET SDK as from a shell of its own.</summary>
internal static class DotnetCommand
{
    /// <summary>Runs a command until it ends.</summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="timeout">How long it may take; then it is killed, with all that it started.</param>
    /// <param name="arguments">What follows <c>dotnet</c>.</param>
    /// <returns>The exit code, -1 after the timeout, and what was written to both outputs.</returns>
    public static (int ExitCode, string Output) Run(string folder, TimeSpan timeout, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What the surrounding `dotnet test` tells its own MSBuild would lead this one astray.
        foreach (var name in start.Environment.Keys.Where(IsOfBuild).ToList())
        {
            start.Environment.Remove(name);
        }

        // Nodes that stay would hold the output open, and the files of the folder.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(timeout))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"dotnet {string.Join(' ', arguments)} took longer than {timeout}.");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult());
    }

    private static bool IsOfBuild(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "DOTNET_HOST_PATH" or "Platform" or "Configuration";
}
