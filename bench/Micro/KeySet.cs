using System.Globalization;

namespace Larder.Benchmarks;

/// <summary>Keys of 21 characters, and lookups of them by other strings of the same characters, as keys come from requests.</summary>
public sealed class KeySet
{
    private KeySet(string[] stored, string[] lookups, int[] ids)
    {
        Stored = stored;
        Lookups = lookups;
        Ids = ids;
    }

    /// <summary>Gets the keys as they are stored.</summary>
    public string[] Stored { get; }

    /// <summary>Gets the keys in the order in which they are looked up.</summary>
    public string[] Lookups { get; }

    /// <summary>Gets the numbers in the keys that are looked up, in the same order.</summary>
    public int[] Ids { get; }

    public static string KeyOf(int id) => string.Create(CultureInfo.InvariantCulture, $"product:detail:{id:D6}");

    /// <summary>Every key equally often, in random order.</summary>
    public static KeySet Uniform(int count, int lookups)
    {
        var random = new Random(1);
        return Create(count, Enumerable.Range(0, lookups).Select(_ => random.Next(count)).ToArray());
    }

    /// <summary>A few keys very often and most hardly ever: the probability of the key of rank r is proportional to r to the power of -exponent.</summary>
    public static KeySet Zipf(int count, int lookups, double exponent = 0.99)
    {
        var cumulative = new double[count];
        var sum = 0.0;
        for (var rank = 0; rank < count; rank++)
        {
            cumulative[rank] = sum += Math.Pow(rank + 1, -exponent);
        }

        // Popular keys are not neighbours in memory.
        var random = new Random(2);
        var ids = Enumerable.Range(0, count).ToArray();
        random.Shuffle(ids);
        return Create(count, Enumerable.Range(0, lookups).Select(_ =>
        {
            var found = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            return ids[Math.Min(found < 0 ? ~found : found, count - 1)];
        }).ToArray());
    }

    /// <summary>The same keys, looked up from the middle on.</summary>
    public KeySet Rotated()
    {
        var half = Lookups.Length / 2;
        return new KeySet(Stored, [.. Lookups[half..], .. Lookups[..half]], [.. Ids[half..], .. Ids[..half]]);
    }

    /// <summary>The same lookups of keys with a prefix; the stored ones stay as they are.</summary>
    public KeySet With(string prefix)
    {
        var copies = Lookups.Distinct().ToDictionary(key => key, key => prefix + key, StringComparer.Ordinal);
        return new KeySet(Stored, [.. Lookups.Select(key => copies[key])], Ids);
    }

    private static KeySet Create(int count, int[] ids)
    {
        var copies = Enumerable.Range(0, count).Select(KeyOf).ToArray();
        return new KeySet(Enumerable.Range(0, count).Select(KeyOf).ToArray(), ids.Select(id => copies[id]).ToArray(), ids);
    }
}
