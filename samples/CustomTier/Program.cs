namespace Larder.Samples.CustomTier;

/// <summary>Shows that what one cache has put into a folder another finds there: in another process, or after a restart.</summary>
public static class Program
{
    public static async Task Main()
    {
        var folder = Directory.CreateTempSubdirectory("larder-sample-");
        await RunAsync(folder.FullName, Console.Out);
        folder.Delete(recursive: true);
    }

    public static async Task RunAsync(string folder, TextWriter output)
    {
        await using (var cache = Cache.Over(new FileTier(folder)))
        {
            var answer = await cache.GetOrCreateAsync("answer", _ => AskAsync(output));
            await output.WriteLineAsync($"The first process got {answer}.");
            await cache.SetAsync("greeting", "Hello!", new() { TimeToLive = TimeSpan.FromHours(1), Tags = ["greetings"] });
        }

        await using (var cache = Cache.Over(new FileTier(folder)))
        {
            var answer = await cache.GetOrCreateAsync("answer", _ => AskAsync(output));
            await output.WriteLineAsync($"The second process got {answer}, from its file.");

            var greeting = await cache.GetAsync<string>("greeting");
            await output.WriteLineAsync($"It also found: {greeting.Value}");
            await cache.RemoveByTagAsync("greetings");
            await output.WriteLineAsync($"And when the tag was removed? {(await cache.ExistsAsync("greeting") ? "Still there." : "Gone.")}");
        }
    }

    private static async ValueTask<int> AskAsync(TextWriter output)
    {
        await output.WriteLineAsync("Computing the answer ...");
        return 42;
    }
}
