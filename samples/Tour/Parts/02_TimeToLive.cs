using Larder.Testing;

namespace Larder.Samples.Tour.Parts;

/// <summary>Control when entries expire.</summary>
internal static class TimeToLive
{
    public static async Task RunAsync(TextWriter output, FakeTimeProvider clock)
    {
        await using var cache = Cache.InMemory(options => options.TimeProvider = clock);

        await cache.SetAsync("session:abc", "active", TimeSpan.FromSeconds(5));
        output.WriteLine("Set 'session:abc' with 5 second TTL");
        output.WriteLine($"Immediately after: {Show.Text(await cache.GetAsync<string>("session:abc"))}");

        clock.Advance(TimeSpan.FromSeconds(1));
        output.WriteLine($"TTL remaining: {Show.Left(await cache.GetTimeToLiveAsync("session:abc"))}");

        // From now on; what was left of the five seconds does not count.
        await cache.ExpireAsync("session:abc", TimeSpan.FromSeconds(10));
        output.WriteLine($"Updated TTL to 10s, remaining: {Show.Left(await cache.GetTimeToLiveAsync("session:abc"))}");

        await cache.PersistAsync("session:abc");
        output.WriteLine($"Persisted (removed TTL), TTL: {Show.Left(await cache.GetTimeToLiveAsync("session:abc"))}");
    }
}
