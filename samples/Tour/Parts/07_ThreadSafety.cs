namespace Larder.Samples.Tour.Parts;

/// <summary>One cache for all threads: there is nothing to clone, lock, or synchronize.</summary>
internal static class ThreadSafety
{
    public static async Task RunAsync(TextWriter output)
    {
        await using var cache = Cache.InMemory();

        var writers = Enumerable.Range(0, 10).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await cache.SetAsync($"writer:{writer}:{i}", i);
            }
        }));
        await Task.WhenAll(writers);

        output.WriteLine($"Concurrent writes: {await cache.CountAsync()} keys created");
    }
}
