using System.Diagnostics;

namespace Larder.Mutation;

/// <summary>A copy of the repository in which mutants are built and tested, one after another.</summary>
internal sealed class Trial(string root)
{
    /// <summary>How long a program may take; for the tests of mutants, twice what all take without, and a little.</summary>
    private TimeSpan _longest = TimeSpan.FromMinutes(15);

    private string Output => Path.Combine(root, "src/Larder/bin/Release/net10.0/Larder.dll");

    private string Tests => Path.Combine(root, "tests/Larder.Tests/bin/Release/net10.0");

    /// <summary>Builds everything that the tests need, and runs them as they are.</summary>
    /// <returns>Whether all passed.</returns>
    public async Task<bool> PrepareAsync()
    {
        if (await RunAsync("dotnet", "build", "tests/Larder.Tests", "-c", "Release", "--nologo", "-v", "q", "-p:RunAnalyzers=false") != 0)
        {
            return false;
        }

        var start = Stopwatch.GetTimestamp();
        var passes = await PassAsync("Larder.Tests.*");
        _longest = TimeSpan.FromSeconds(20) + (2 * Stopwatch.GetElapsedTime(start));
        return passes;
    }

    /// <summary>Tries one mutant: first the tests of its folder, then all others.</summary>
    public async Task<Outcome> TryAsync(Mutant mutant)
    {
        var path = Path.Combine(root, mutant.File);
        var lines = await File.ReadAllLinesAsync(path);
        try
        {
            await File.WriteAllLinesAsync(path, lines.Select((line, i) => i == mutant.Line ? mutant.After : line));
            if (await RunAsync("dotnet", "build", "src/Larder", "-c", "Release", "--no-restore", "--nologo", "-v", "q", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false") != 0)
            {
                return Outcome.DoesNotCompile;
            }

            File.Copy(Output, Path.Combine(Tests, "Larder.dll"), overwrite: true);
            return await PassAsync($"Larder.Tests.{Path.GetFileName(Path.GetDirectoryName(mutant.File))}.*") && await PassAsync("Larder.Tests.*") ? Outcome.Survived : Outcome.Killed;
        }
        finally
        {
            await File.WriteAllLinesAsync(path, lines);
        }
    }

    /// <summary>Runs tests until one fails. Those that measure allocations want to be alone, and are left out; tests that do not end count as failed.</summary>
    private async Task<bool> PassAsync(string classes) => await RunAsync(Path.Combine(Tests, "Larder.Tests"), "-class", classes, "-trait-", "Category=Alone", "-stopOnFail", "-noLogo") == 0;

    private async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(_longest);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            return -1;
        }

        await output;
        return process.ExitCode;
    }
}
