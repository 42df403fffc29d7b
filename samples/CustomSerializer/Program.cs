using System.Buffers;
using Larder.Serialization;

namespace Larder.Samples.CustomSerializer;

/// <summary>Readings of sensors in a form of our own: how small they become, and how a fleet changes from JSON to it without losing its entries.</summary>
public static class Program
{
    private static readonly Reading Warm = new(new Guid("8f14e45f-ceea-467f-a0e6-8d1f1b2c3d4e"), new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero), 24.5, 61);

    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Length != 1)
        {
            await Console.Error.WriteLineAsync("Usage: CustomSerializer <address of a Redis, such as redis://localhost:6379>");
            return 1;
        }

        await RunAsync(args[0], "custom-serializer", Console.Out);
        return 0;
    }

    public static async Task RunAsync(string redis, string prefix, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var compact = new CompactSerializer().Add(
            version: 1,
            (writer, reading) =>
            {
                writer.Write(reading.Sensor.ToByteArray());
                writer.Write(reading.At.UtcTicks);
                writer.Write(reading.Celsius);
                writer.Write7BitEncodedInt(reading.Humidity);
            },
            reader => new Reading(new Guid(reader.ReadBytes(16)), new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero), reader.ReadDouble(), reader.Read7BitEncodedInt()));
        var json = new JsonCacheSerializer();
        await output.WriteLineAsync($"A reading takes {LengthOf(json)} bytes as JSON, and {LengthOf(compact)} in the compact form.");

        // Yesterday: all processes write JSON.
        await using var yesterday = await ConnectAsync(json);
        await yesterday.SetAsync("porch", Warm);

        // Step 1: they still write JSON, and can read the compact form. Step 2: they write it, and can still read JSON.
        await using var step1 = await ConnectAsync(json, compact);
        await using var step2 = await ConnectAsync(compact, json);
        await step2.SetAsync("cellar", Warm with { Celsius = 11 });

        await output.WriteLineAsync($"Step 2 reads what was JSON: {await CelsiusAsync(step2, "porch")}.");
        await output.WriteLineAsync($"Step 1 reads what is compact: {await CelsiusAsync(step1, "cellar")}.");

        // Without step 1 there are misses, and nothing worse.
        await output.WriteLineAsync($"Yesterday's processes read what is compact: {await CelsiusAsync(yesterday, "cellar")}, {yesterday.Statistics.Snapshot().TypeMismatches} mismatch.");
        await output.WriteLineAsync($"It is still there for the others: {await CelsiusAsync(step1, "cellar")}.");

        try
        {
            await step2.SetAsync("other", new Uri("https://example.com"));
        }
        catch (CacheSerializationException exception)
        {
            await output.WriteLineAsync($"A type without a form is refused: {exception.InnerException!.Message}");
        }

        await step2.ClearAsync();

        ValueTask<ICache> ConnectAsync(ICacheSerializer serializer, params ICacheSerializer[] others) => Cache.ConnectAsync(redis, options =>
        {
            (options.Prefix, options.Serializer) = (prefix, serializer);
            foreach (var other in others)
            {
                options.AdditionalSerializers.Add(other);
            }
        });
    }

    private static int LengthOf(ICacheSerializer serializer)
    {
        var bytes = new ArrayBufferWriter<byte>();
        serializer.Serialize(Warm, bytes);
        return bytes.WrittenCount;
    }

    private static async Task<string> CelsiusAsync(ICache cache, string key)
    {
        var reading = await cache.GetAsync<Reading>(key);
        return reading.HasValue ? FormattableString.Invariant($"{reading.Value.Celsius} °C") : "a miss";
    }
}
