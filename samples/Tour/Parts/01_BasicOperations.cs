namespace Larder.Samples.Tour.Parts;

/// <summary>Set, get, and remove.</summary>
internal static class BasicOperations
{
    public static async Task RunAsync(TextWriter output)
    {
        await using var cache = Cache.InMemory();

        await cache.SetAsync("user:123", "Alice");

        // A read tells whether there is a value, so that a stored null and no entry are not the same.
        var name = await cache.GetAsync<string>("user:123");
        output.WriteLine($"Set 'user:123' = 'Alice', Got: {Show.Text(name)}");

        var existed = await cache.RemoveAsync("user:123");
        output.WriteLine($"Remove 'user:123': {Show.Bool(existed)}");
    }
}
