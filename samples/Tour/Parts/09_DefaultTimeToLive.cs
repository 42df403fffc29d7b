using Larder.Testing;

namespace Larder.Samples.Tour.Parts;

/// <summary>How long entries live when a call does not say it.</summary>
internal static class DefaultTimeToLive
{
    public static async Task RunAsync(TextWriter output, FakeTimeProvider clock)
    {
        await using var cache = Cache.InMemory(options =>
        {
            options.TimeProvider = clock;
            options.TimeToLive = TimeSpan.FromSeconds(10);
        });

        await cache.SetAsync("auto:1", "value1");
        await cache.SetAsync("auto:2", "value2");
        output.WriteLine("Set keys with default TTL of 10s");

        clock.Advance(TimeSpan.FromSeconds(1));
        output.WriteLine($"TTL for 'auto:1': {Show.Left(await cache.GetTimeToLiveAsync("auto:1"))}");
        output.WriteLine($"TTL for 'auto:2': {Show.Left(await cache.GetTimeToLiveAsync("auto:2"))}");
    }
}
