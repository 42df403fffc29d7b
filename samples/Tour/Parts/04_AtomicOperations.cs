namespace Larder.Samples.Tour.Parts;

/// <summary>Look and change in one step, with nobody in between.</summary>
internal static class AtomicOperations
{
    public static async Task RunAsync(TextWriter output)
    {
        await using var cache = Cache.InMemory();

        // Add stores only if there is nothing. It makes a poor lock, which stays locked when its holder dies: use AcquireLockAsync for that.
        output.WriteLine($"AddAsync 'lock:resource': {Show.Bool(await cache.AddAsync("lock:resource", "locked"))}");
        output.WriteLine($"AddAsync 'lock:resource' again: {Show.Bool(await cache.AddAsync("lock:resource", "locked_again"))}");
        output.WriteLine($"Value should still be 'locked': {Show.Text(await cache.GetAsync<string>("lock:resource"))}");

        // Exchange stores a value and returns the one before.
        var before = await cache.ExchangeAsync("lock:resource", "locked_v2");
        output.WriteLine($"ExchangeAsync returned: {Show.Text(before)}");
        output.WriteLine($"New value: {Show.Text(await cache.GetAsync<string>("lock:resource"))}");
    }
}
