using Larder.Testing;

namespace Larder.Samples.Tour.Parts;

/// <summary>Expired entries give their memory back although nobody reads them.</summary>
internal static class BackgroundCleanup
{
    public static async Task RunAsync(TextWriter output, FakeTimeProvider clock)
    {
        await using var cache = Cache.InMemory(options =>
        {
            options.TimeProvider = clock;
            options.Memory.SweepInterval = TimeSpan.FromSeconds(2);
        });
        for (var i = 0; i < 5; i++)
        {
            await cache.SetAsync($"temp:{i}", "temporary", TimeSpan.FromSeconds(5));
        }

        for (var i = 0; i < 3; i++)
        {
            await cache.SetAsync($"perm:{i}", "permanent", CacheTtl.Never);
        }

        // The statistics tell what memory holds, expired entries too. CountAsync would leave those out as soon as their time is over.
        output.WriteLine($"Total keys before expiration: {cache.Statistics.Snapshot().Entries}");

        output.WriteLine("Waiting 5 seconds for entries to expire...");
        clock.Advance(TimeSpan.FromSeconds(5));

        output.WriteLine("Waiting 3 more seconds for background cleanup...");
        clock.Advance(TimeSpan.FromSeconds(3));

        output.WriteLine($"Total keys after cleanup: {cache.Statistics.Snapshot().Entries}");
        var keys = await cache.KeysAsync().Order(StringComparer.Ordinal).ToListAsync();
        output.WriteLine($"Remaining keys: {Show.List(keys.Select(Show.Text))}");
    }
}
