namespace Larder.Tests.Samples;

public sealed class CustomTierTests
{
    [Fact]
    [Ledger(9)]
    public async Task The_custom_tier_is_found_again_by_a_second_process()
    {
        var folder = Directory.CreateTempSubdirectory("larder-sample-");
        await using var output = new StringWriter { NewLine = "\n" };
        try
        {
            await Larder.Samples.CustomTier.Program.RunAsync(folder.FullName, output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.Equal(
            """
            Computing the answer ...
            The first process got 42.
            The second process got 42, from its file.
            It also found: Hello!
            And when the tag was removed? Gone.

            """.ReplaceLineEndings("\n"),
            output.ToString());
    }
}
