using System.Diagnostics;

namespace Larder.Redis.Tests.Servers;

/// <summary>The programs that the fixtures start.</summary>
internal static class Programs
{
    /// <summary>Finds a program on the PATH. One that is missing fails the test in CI and under eng/test, and skips it elsewhere.</summary>
    /// <param name="name">The program.</param>
    /// <param name="package">The Debian package that has it.</param>
    public static string Require(string name, string package)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } path)
        {
            return path;
        }

        var message = $"{name} is missing: install the Debian package {package}.";
        Assert.SkipUnless(IsRequired("CI") || IsRequired("LARDER_REQUIRE_SERVERS"), message);
        throw new InvalidOperationException(message);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string path, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline.Limit);
        try
        {
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token) + await error;
            await process.WaitForExitAsync(deadline.Token);
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"{path} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}:\n{output}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{path} {string.Join(' ', start.ArgumentList)} took longer than {Deadline.Limit}.");
        }
    }

    private static bool IsRequired(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } and not ("0" or "false");
}
