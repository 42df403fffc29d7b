namespace Larder.Tests.Samples;

public sealed class TourTests
{
    [Fact]
    [Ledger(196)]
    public async Task The_tour_prints_its_ten_parts()
    {
        await using var output = new StringWriter { NewLine = "\n" };

        await Larder.Samples.Tour.Program.RunAsync(output);

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Samples", "Tour.txt")), output.ToString());
    }
}
