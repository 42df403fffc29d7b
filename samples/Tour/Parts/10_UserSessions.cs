using Larder.Testing;

namespace Larder.Samples.Tour.Parts;

/// <summary>Sessions that end when their user is idle.</summary>
internal static class UserSessions
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(TextWriter output, FakeTimeProvider clock)
    {
        await using var cache = Cache.InMemory(options => options.TimeProvider = clock);
        var sessions = cache.WithPrefix("sessions").WithTimeToLive(IdleLimit).For<User>();

        // The user logs in.
        var sessionId = Guid.NewGuid().ToString();
        await sessions.SetAsync(sessionId, new User(123, "Alice", "alice@example.com"));
        output.WriteLine("User logged in, session cached");

        // A second later comes a request.
        clock.Advance(TimeSpan.FromSeconds(1));
        var session = await sessions.GetAsync(sessionId);
        output.WriteLine(session.HasValue ? $"Session valid, user: {session.Value.Name}" : "Invalid session");
        output.WriteLine($"Session expires in: {Show.Left(await sessions.GetTimeToLiveAsync(sessionId))}");

        // The user is active, so the session begins anew. With CacheOptions.SlidingExpiration each read would do this by itself.
        await sessions.ExpireAsync(sessionId, IdleLimit);
        output.WriteLine($"Session refreshed, TTL: {Show.Left(await sessions.GetTimeToLiveAsync(sessionId))}");
    }
}
