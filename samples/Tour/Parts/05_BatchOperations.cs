namespace Larder.Samples.Tour.Parts;

/// <summary>Many entries with one call.</summary>
internal static class BatchOperations
{
    public static async Task RunAsync(TextWriter output)
    {
        await using var cache = Cache.InMemory();

        var entries = new Dictionary<string, string> { ["batch:1"] = "value1", ["batch:2"] = "value2", ["batch:3"] = "value3" };
        await cache.SetManyAsync(entries);
        output.WriteLine($"SetManyAsync {entries.Count} keys");

        // One result for each key, in the order of the keys; what is missing has no value.
        var results = await cache.GetManyAsync<string>(["batch:1", "batch:2", "batch:3", "batch:999"]);
        output.WriteLine($"GetManyAsync results: {Show.List(results.Select(Show.Text))}");

        var count = await cache.RemoveManyAsync(entries.Keys);
        output.WriteLine($"RemoveManyAsync {count} keys");
    }
}
