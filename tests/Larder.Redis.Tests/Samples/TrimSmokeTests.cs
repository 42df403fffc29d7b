using System.Diagnostics;
using System.Runtime.InteropServices;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Samples;

/// <summary>The sample that is published trimmed and self-contained: without a warning, and it works in memory and in Redis.</summary>
[Trait("Category", "Slow")]
public sealed class TrimSmokeTests(SharedServers servers, ITestOutputHelper output)
{
    [Fact]
    [Ledger(48)]
    public async Task A_trimmed_program_is_published_without_a_warning_and_works()
    {
        var folder = Directory.CreateTempSubdirectory("larder-trimmed-");
        try
        {
            var (code, text) = await RunAsync(
                "dotnet", "publish", Path.Combine(Root(), "samples", "TrimSmoke"), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "-o", folder.FullName, "--nologo", "-v", "minimal", "-tl:off", "-p:UseSharedCompilation=false");
            Assert.True(code == 0, text);
            Assert.DoesNotContain("warning", text, StringComparison.OrdinalIgnoreCase);
            var size = folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            var own = folder.EnumerateFiles("Larder*.dll").Sum(file => file.Length);
            output.WriteLine($"The trimmed program takes {size / 1024.0 / 1024:0.0} MiB, of which Larder {own / 1024.0:0} KiB.");
            Assert.InRange(size, 1 << 20, 40 << 20);

            var program = Path.Combine(folder.FullName, "TrimSmoke");
            var (_, inMemory) = await RunAsync(program);
            Assert.StartsWith("ok: Larder cache 'default' in memory", inMemory, StringComparison.Ordinal);
            var server = await servers.Standalone.GetAsync();
            var (_, inRedis) = await RunAsync(program, $"redis://{server.EndPoint}");
            Assert.StartsWith("ok: Larder cache 'default' in Redis", inRedis, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Larder.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The repository is not above the tests.");
        }

        return folder.FullName;
    }

    private static async Task<(int Code, string Text)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var (standard, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await standard + await error);
    }
}
