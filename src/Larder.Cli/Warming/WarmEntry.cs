using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Larder.Cli.CommandLine;
using Larder.Hosting;

namespace Larder.Cli.Warming;

/// <summary>An entry as a line of a file has it: <c>{"key": "user:1", "value": {...}, "ttl": "10m", "tags": ["users"], "type": "Shop.User"}</c>.</summary>
internal sealed record WarmEntry
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public required string Key { get; init; }

    public required JsonElement Value { get; init; }

    /// <summary>Gets the time to live: a number of seconds, or a text as in configuration.</summary>
    public JsonElement? Ttl { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Gets the full name of the .NET type that reads the value. Without it any type does, and there are no tags.</summary>
    public string? Type { get; init; }

    /// <summary>Gets how long it lives; <see langword="null"/> where the line does not say.</summary>
    [JsonIgnore]
    public TimeSpan? TimeToLive => Ttl switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Number } number => TimeSpan.FromSeconds(number.GetDouble()),
        { ValueKind: JsonValueKind.String } text => SettingsText.Duration(text.GetString()!),
        _ => throw new FormatException("'ttl' is a number of seconds, or a text such as \"10m\"."),
    };

    /// <summary>Gets whether the value is one that is stored as it is, and not as JSON.</summary>
    [JsonIgnore]
    public bool IsPlain => Value.ValueKind is JsonValueKind.String or JsonValueKind.Null || (Value.ValueKind == JsonValueKind.Number && Value.TryGetInt64(out _));

    /// <summary>Reads a line.</summary>
    /// <exception cref="ToolException">It is malformed; the message names its number.</exception>
    public static WarmEntry Parse(string line, long number)
    {
        try
        {
            var entry = JsonSerializer.Deserialize<WarmEntry>(line, s_options) ?? throw new FormatException("an object is expected.");
            if (entry.TimeToLive is { } life && life <= TimeSpan.Zero)
            {
                throw new FormatException("'ttl' must be above zero.");
            }

            return entry.IsPlain || entry.Type is not null || entry.Tags is not { Count: > 0 }
                ? entry
                : throw new FormatException("JSON with tags needs 'type', the full name of the .NET type that reads it, such as \"Shop.User\".");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or OverflowException)
        {
            throw ToolException.Usage(
                string.Create(CultureInfo.InvariantCulture, $"Line {number:N0} is malformed: {exception.Message}"),
                "A line is an object: {\"key\": \"user:1\", \"value\": {\"Id\": 1}, \"ttl\": \"10m\", \"tags\": [\"users\"], \"type\": \"Shop.User\"}; key and value are needed.");
        }
    }
}
