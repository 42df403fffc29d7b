using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Larder.Memory;
using Larder.Testing;
using Larder.Tests.Memory.Integrity;

namespace Larder.Tests.Memory;

/// <summary>Keys that were chosen to collide do not make lookups long: who chooses them does not know the secrets of the process.</summary>
public sealed class HashFloodingTests
{
    private const int Count = 20_000;

    /// <summary>
    /// Twenty thousand keys in a table with a bucket for each: the longest chain at random has about 8, and one of more than 20 does not happen in the life of
    /// the universe (1e-15).
    /// </summary>
    private const int LongestChain = 20;

    private const ulong KnownFirst = 0xa076_1d64_78bd_642f;
    private const ulong KnownSecond = 0xe703_7ed1_a0b4_28db;

    public static TheoryData<string> Attacks => new(s_attacks.Keys);

    private static readonly IReadOnlyDictionary<string, Func<string[]>> s_attacks = new Dictionary<string, Func<string[]>>
    {
        ["a factor of zero, by a known secret"] = () => [.. Keys((ulong)Count).Select(number => Text(KnownFirst, number * 0x9E37_79B9_7F4A_7C15))],
        ["the same bucket, found by trying under known secrets"] = SameBucketUnderKnownSecrets,
        ["the same bucket under secrets of zero"] = () => [.. Keys((ulong)Count).Select(number => Text(0, number * 0x9E37_79B9_7F4A_7C15))],
        ["equal but for the last character"] = () => [.. Enumerable.Range(1, Count).Select(number => new string('k', 40) + (char)number)],
        ["equal but for the first character"] = () => [.. Enumerable.Range(1, Count).Select(number => (char)number + new string('k', 40))],
        ["one character, more and more often"] = () => [.. Enumerable.Range(1, 1_000).Select(number => new string('\0', number))],
        ["one bit each"] = () => [.. Enumerable.Range(0, 1_024).Select(bit => OneBit(bit))],
        ["products that fold alike"] = () => [.. Keys(Count).Select(number => Text(number << 32, number << 32))],
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Chains_stay_short(string attack)
    {
        var keys = s_attacks[attack]().Distinct(StringComparer.Ordinal).ToArray();
        Assert.True(keys.Length >= 1_000, $"Only {keys.Length} keys.");
        await using var cache = new EngineCache(new FakeTimeProvider(), options => (options.Memory.MaxEntries, options.Memory.MaxBytes) = (2 * Count, 1L << 40));
        foreach (var key in keys)
        {
            // Past the checks of keys: they refuse most of these, which are not well-formed text.
            cache.Engine.Write(key, 1, default, default, out _);
        }

        Assert.Equal(keys.Length, cache.Engine.Count);
        var chains = cache.Engine.Shards.SelectMany(EngineIntegrity.ChainLengths).ToArray();
        Assert.InRange(chains.Max(), 1, LongestChain);
        Assert.InRange(chains.Average(), 1, 2);
    }

    [Fact]
    public void The_attack_on_a_known_secret_is_one()
    {
        var keys = s_attacks["a factor of zero, by a known secret"]();
        Assert.Single(keys.Select(key => KeyHash.Of(key, KnownFirst, KnownSecond)).Distinct());
        Assert.InRange(keys.Select(key => KeyHash.Of(key)).Distinct().Count(), Count - 10, Count);
    }

    [Fact]
    public void Two_caches_of_one_process_hash_alike_and_text_and_spans_too() =>
        Assert.Equal(KeyHash.Of("product:42"), KeyHash.Of("a product:42 b".AsSpan(2, 10)));

    [Fact]
    public void Each_process_draws_secrets_of_its_own()
    {
        // Loaded once more, the library begins anew, as in another process.
        var context = new AssemblyLoadContext(name: null, isCollectible: true);
        var again = context.LoadFromAssemblyPath(typeof(KeyHash).Assembly.Location).GetType(typeof(KeyHash).FullName!)!
            .GetMethod(nameof(KeyHash.Of), [typeof(ReadOnlySpan<char>)])!.CreateDelegate<Hash>();

        var same = Enumerable.Range(0, 1_000).Count(number => again($"key:{number}") == KeyHash.Of($"key:{number}"));
        Assert.InRange(same, 0, 2);
        context.Unload();
    }

    [Fact]
    public void Each_secret_counts_for_keys_of_every_length()
    {
        for (var length = 1; length < 40; length++)
        {
            var key = new string('k', length);
            var hashes = new[] { (KnownFirst, KnownSecond), (KnownFirst + 2, KnownSecond), (KnownFirst, KnownSecond + 2) }
                .Select(secrets => KeyHash.Of(key, secrets.Item1, secrets.Item2));
            Assert.Equal(3, hashes.Distinct().Count());
        }
    }

    private delegate uint Hash(ReadOnlySpan<char> key);

    private static string[] SameBucketUnderKnownSecrets() =>
    [
        .. Enumerable.Range(0, 2_000_000).Select(number => $"user:{number}").Where(key => (KeyHash.Of(key, KnownFirst, KnownSecond) & 1023) == 7),
    ];

    private static IEnumerable<ulong> Keys(ulong count)
    {
        for (ulong number = 1; number <= count; number++)
        {
            yield return number;
        }
    }

    private static string Text(ulong first, ulong second) => new(MemoryMarshal.Cast<ulong, char>([first, second]));

    private static string OneBit(int bit)
    {
        var text = new char[64];
        text[bit / 16] = (char)(1 << (bit % 16));
        return new string(text);
    }
}
