using System.Text.Json;
using System.Text.Json.Serialization;

namespace Larder.Diagnostics;

/// <summary>Writes a ratio as its fraction.</summary>
internal sealed class RatioJsonConverter : JsonConverter<Ratio>
{
    public override Ratio Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDouble() is var fraction and >= 0 and <= 1 ? new Ratio(fraction) : throw new JsonException("A ratio is a fraction from 0 to 1.");

    public override void Write(Utf8JsonWriter writer, Ratio value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Fraction);
}
