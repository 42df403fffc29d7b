namespace Larder.Samples.Tour.Parts;

/// <summary>Look at keys without reading values.</summary>
internal static class ExistenceChecks
{
    public static async Task RunAsync(TextWriter output)
    {
        await using var cache = Cache.InMemory();

        await cache.SetAsync("user:123", "Alice");
        output.WriteLine($"Exists 'user:123': {Show.Bool(await cache.ExistsAsync("user:123"))}");
        await cache.RemoveAsync("user:123");

        await cache.SetAsync("user:1", "Bob");
        await cache.SetAsync("user:2", "Carol");
        await cache.SetAsync("session:abc", "active");

        // Keys come in no particular order, and as they are found: a million of them need no list. Patterns such as "user:*" choose some.
        var keys = await cache.KeysAsync().Order(StringComparer.Ordinal).ToListAsync();
        output.WriteLine($"All keys: {Show.List(keys.Select(Show.Text))}");

        var count = await cache.ClearAsync();
        output.WriteLine($"Cleared {count} entries");
    }
}
