using System.Text.Json;
using Larder.Keys;

namespace Larder.Invalidation;

/// <summary>A delayed invalidation that outlives the process that planned it.</summary>
/// <param name="Id">Its name, which no other has.</param>
/// <param name="DueAtMs">When it is due, in milliseconds since 1970.</param>
/// <param name="Plan">What is invalidated.</param>
internal sealed record StoredInvalidation(string Id, long DueAtMs, InvalidationPlan Plan)
{
    public static byte[] Write(IEnumerable<StoredInvalidation> all)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var one in all)
            {
                json.WriteStartObject();
                json.WriteString("id", one.Id);
                json.WriteNumber("due", one.DueAtMs);
                WriteList(json, "keys", one.Plan.Keys);
                WriteList(json, "tags", one.Plan.Tags);
                WriteList(json, "prefixes", one.Plan.Filters.Select(filter => filter.Prefix));
                WriteList(json, "patterns", one.Plan.Filters.Select(filter => filter.Pattern.Text));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return bytes.ToArray();
    }

    /// <exception cref="JsonException">The bytes are none.</exception>
    public static IReadOnlyList<StoredInvalidation> Read(ReadOnlyMemory<byte> bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        return [.. json.RootElement.EnumerateArray().Select(one => new StoredInvalidation(
            one.GetProperty("id").GetString()!,
            one.GetProperty("due").GetInt64(),
            new InvalidationPlan(
                ReadList(one, "keys"),
                [.. ReadList(one, "prefixes").Zip(ReadList(one, "patterns"), static (prefix, pattern) => new KeyFilter(prefix, GlobPattern.Parse(pattern)))],
                ReadList(one, "tags"))))];
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }

    private static string[] ReadList(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(static item => item.GetString()!)];
}
