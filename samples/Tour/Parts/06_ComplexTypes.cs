namespace Larder.Samples.Tour.Parts;

/// <summary>Values of your own types.</summary>
internal static class ComplexTypes
{
    public static async Task RunAsync(TextWriter output)
    {
        await using var cache = Cache.InMemory();

        // A view for one type: its operations need no type argument. It shares everything with its cache.
        var users = cache.For<User>();

        await users.SetAsync("user:1", new User(1, "Alice", "alice@example.com"));

        var found = await users.GetAsync("user:1");
        output.WriteLine($"Stored and retrieved user: {found.Value}");
    }
}
