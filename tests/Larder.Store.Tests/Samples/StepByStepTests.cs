using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Samples;

/// <summary>The sample StepByStep counts what docs/start/step-by-step.md says.</summary>
[Trait("Category", "Slow")]
public sealed class StepByStepTests(StoreServers servers)
{
    [Fact]
    [Ledger(110, 153)]
    public async Task The_sample_prints_the_figures_of_the_page()
    {
        var page = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Samples", "step-by-step.md"));
        await using var output = new StringWriter { NewLine = "\n" };

        // All may take long, so that nothing is given up on a busy machine.
        await Larder.Samples.StepByStep.Program.RunAsync($"redis://{(await servers.RedisAsync()).EndPoint}?commandTimeout=20s&softTimeout=20s&heartbeatInterval=5s&trustPeriod=60s", output);

        var printed = output.ToString().TrimEnd().Split('\n');
        Assert.Equal(10, printed.Length);
        Assert.Equal(printed, page.SkipWhile(line => line != printed[0]).Take(printed.Length));

        // Each step repeats its own line.
        var repeated = page.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2])).Skip(8).ToList();
        Assert.Equal(printed.Skip(2), repeated);
    }
}
