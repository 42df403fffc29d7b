using System.Diagnostics;

namespace Larder.Mutation;

/// <summary>A copy of the repository in which mutants are built and tested, one after another.</summary>
internal sealed class Trial(string root)
{
    /// <summary>How long a program may take; for the tests of mutants, twice what all take without, and a little.</summary>
    private TimeSpan _longest = TimeSpan.FromMinutes(15);

    private string Output => Path.Combine(root, "src/Larder/bin/Release/net10.0/Larder.dll");

    /// <summary>Builds everything that the tests need, and runs them as they are.</summary>
    /// <returns>Whether all passed.</returns>
    public async Task<bool> PrepareAsync()
    {
        foreach (var project in new[] { "Larder.Tests", "Larder.Redis.Tests" })
        {
            if (await RunAsync("dotnet", "build", $"tests/{project}", "-c", "Release", "--nologo", "-v", "q", "-p:RunAnalyzers=false") != 0)
            {
                return false;
            }
        }

        var start = Stopwatch.GetTimestamp();
        var passes = await PassAsync("Larder.Tests", "*");
        _longest = TimeSpan.FromSeconds(20) + (2 * Stopwatch.GetElapsedTime(start));
        return passes && await PassAsync("Larder.Redis.Tests", "Leases.*");
    }

    /// <summary>Tries one mutant: first the tests of its folder, then the others, then those of loads that several processes share, which need a Redis.</summary>
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

            var own = $"{Path.GetFileName(Path.GetDirectoryName(mutant.File))}.*";
            return await PassAsync("Larder.Tests", own) && await PassAsync("Larder.Tests", "*", except: own) && await PassAsync("Larder.Redis.Tests", "Leases.*") ? Outcome.Survived : Outcome.Killed;
        }
        finally
        {
            await File.WriteAllLinesAsync(path, lines);
        }
    }

    /// <summary>Runs tests until one fails. Those that measure allocations want to be alone, and are left out; tests that do not end count as failed.</summary>
    private async Task<bool> PassAsync(string project, string classes, string? except = null)
    {
        var folder = Path.Combine(root, "tests", project, "bin/Release/net10.0");
        File.Copy(Output, Path.Combine(folder, "Larder.dll"), overwrite: true);
        string[] arguments = ["-class", $"{project}.{classes}", "-trait-", "Category=Alone", "-stopOnFail", "-noLogo"];
        return await RunAsync(Path.Combine(folder, project), except is null ? arguments : [.. arguments, "-class-", $"{project}.{except}"]) == 0;
    }

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
