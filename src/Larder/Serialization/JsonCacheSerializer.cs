using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Larder.Serialization;

/// <summary>System.Text.Json, the default serializer.</summary>
public sealed class JsonCacheSerializer : ICacheSerializer
{
    private readonly JsonSerializerOptions _options;

    /// <summary>Makes a serializer.</summary>
    /// <param name="options">
    /// The options; give them the <see cref="System.Text.Json.Serialization.JsonSerializerContext"/> of the values' types where the application is
    /// trimmed. Default: those of System.Text.Json, with fields included.
    /// </param>
    public JsonCacheSerializer(JsonSerializerOptions? options = null) =>
        _options = options is null ? WithReflection(new JsonSerializerOptions { IncludeFields = true }) : options.TypeInfoResolver is null ? WithReflection(new JsonSerializerOptions(options)) : options;

    /// <inheritdoc/>
    public byte FormatId => 1;

    /// <inheritdoc/>
    public void Serialize<T>(T value, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(writer, value, TypeInfo<T>());
    }

    /// <inheritdoc/>
    public T? Deserialize<T>(ReadOnlySequence<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        return JsonSerializer.Deserialize(ref reader, TypeInfo<T>());
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reflection is used only where the application has left it enabled.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Reflection is used only where the application has left it enabled.")]
    private static JsonSerializerOptions WithReflection(JsonSerializerOptions options)
    {
        options.TypeInfoResolver = JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : null;
        return options;
    }

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));
}
