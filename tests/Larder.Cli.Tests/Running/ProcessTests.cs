using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Larder.Redis.Tests.Servers;

namespace Larder.Cli.Tests.Running;

/// <summary>The tool as a process of its own: what only the system sees.</summary>
[Trait("Category", "Slow")]
public sealed partial class ProcessTests(Servers servers)
{
    private const int Interrupt = 2;

    /// <summary>As it was built, with all that is packed with it: beside the tests some of its libraries are missing.</summary>
    private static readonly string s_tool = Path.Combine(
        Golden.RepositoryRoot(), "src", "Larder.Cli", Path.GetRelativePath(Path.Combine(Golden.RepositoryRoot(), "tests", "Larder.Cli.Tests"), AppContext.BaseDirectory), "Larder.Cli.dll");

    [Fact]
    public async Task Redirected_output_has_no_colour_and_the_exit_code_comes_out()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "process");

        var (list, output, error) = await RunAsync(["keys", "list", "user:1", .. shop.Address]);
        var (missing, _, _) = await RunAsync(["keys", "get", "nobody", .. shop.Address]);
        var (wrong, _, _) = await RunAsync(["keys", "lsit"]);

        Assert.Equal((0, 3, 2), (list, missing, wrong));
        Assert.Contains("user:1", output);
        Assert.DoesNotContain('\u001b', output + error);
    }

    [Fact]
    public async Task An_interrupt_is_exit_code_130()
    {
        await using var shop = await Shop.OpenAsync(await servers.RedisAsync(), "interrupt");
        using var process = Start(["watch", .. shop.Address]);
        using var deadline = new CancellationTokenSource(Deadline.Limit);
        Assert.StartsWith("Watching", await process.StandardError.ReadLineAsync(deadline.Token));

        Assert.Equal(0, Kill(process.Id, Interrupt));

        await process.WaitForExitAsync(deadline.Token);
        Assert.Equal(130, process.ExitCode);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] arguments)
    {
        using var process = Start(arguments);
        using var deadline = new CancellationTokenSource(Deadline.Limit);
        try
        {
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"larder {string.Join(' ', arguments)} took longer than {Deadline.Limit}.");
        }
    }

    private static Process Start(string[] arguments)
    {
        // What starts the tests may ignore interrupts, as a shell makes a job in the background do; the tool would inherit it.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet", s_tool] : ["dotnet", s_tool];
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("LARDER_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // Spectre.Console writes colours into files for this terminal, unless it is told not to.
        start.Environment["TERM"] = "xterm-256color";
        return Process.Start(start) ?? throw new Win32Exception("The tool did not start.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
