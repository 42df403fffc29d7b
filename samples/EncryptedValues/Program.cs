using System.Security.Cryptography;
using System.Text;
using Larder.Serialization;

namespace Larder.Samples.EncryptedValues;

/// <summary>Values that Redis holds encrypted: what is seen there, how keys are changed, and what is not believed.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Length != 1)
        {
            await Console.Error.WriteLineAsync("Usage: EncryptedValues <address of a Redis, such as redis://localhost:6379>");
            return 1;
        }

        await RunAsync(args[0], "encrypted-values", Console.Out);
        return 0;
    }

    public static async Task RunAsync(string redis, string prefix, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);

        // In earnest they come from a secret store, and never from a file beside the program.
        var key1 = RandomNumberGenerator.GetBytes(32);
        var key2 = RandomNumberGenerator.GetBytes(32);
        var ada = new Card("Ada Lovelace", "4000 0000 0000 0002");

        await using var cards = await ConnectAsync(new() { [1] = key1 }, current: 1);
        await cards.SetAsync("card:1", ada);
        var stored = Encoding.Latin1.GetString((byte[])(await cards.ExecuteAsync("GET", [$"{prefix}:card:1"]))!);
        await output.WriteLineAsync($"In Redis the holder can be read: {Text(stored.Contains("Ada", StringComparison.Ordinal))}.");

        // A change of the key, while all runs: first everybody can decrypt with it, then everybody encrypts with it, and in the end the old one is taken away.
        await using var both = await ConnectAsync(new() { [1] = key1, [2] = key2 }, current: 2);
        await output.WriteLineAsync($"Encrypted with key 1, read by who has both keys: {await HolderAsync(both, "card:1")}.");
        await both.SetAsync("card:2", ada with { Holder = "Grace Hopper" });
        await using var after = await ConnectAsync(new() { [2] = key2 }, current: 2);
        await output.WriteLineAsync($"Encrypted with key 2, read by who has key 2 only: {await HolderAsync(after, "card:2")}.");
        await output.WriteLineAsync($"Encrypted with key 1, read by who has key 2 only: {await HolderAsync(after, "card:1")}.");

        // Somebody who can write to the Redis, but has no key.
        await after.ExecuteAsync("SET", [$"{prefix}:card:3", """{"Holder":"Mallory","Number":"1"}""", "EX", 60]);
        await output.WriteLineAsync($"Put there by who has no key: {await HolderAsync(after, "card:3")}.");

        await after.ClearAsync();

        ValueTask<ICache> ConnectAsync(Dictionary<byte, byte[]> keys, byte current) => Cache.ConnectAsync(redis, options =>
        {
            options.Prefix = prefix;
            options.Serializer = new EncryptingSerializer(new JsonCacheSerializer(), keys, current);
            options.UseRedis(settings => settings.CompressionThreshold = null); // What is encrypted does not become smaller.
        });
    }

    private static async Task<string> HolderAsync(ICache cache, string key)
    {
        var card = await cache.GetAsync<Card>(key);
        return card.HasValue ? card.Value.Holder : "a miss";
    }

    private static string Text(bool value) => value ? "yes" : "no";
}
