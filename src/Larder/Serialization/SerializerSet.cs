namespace Larder.Serialization;

/// <summary>The serializers of a cache: the one that writes, and all that read, each the values of its format.</summary>
internal sealed class SerializerSet
{
    private readonly ICacheSerializer[] _others;

    public SerializerSet(ICacheSerializer writer, params IEnumerable<ICacheSerializer> others) => (Writer, _others) = (writer, [.. others]);

    /// <summary>Gets the serializer of new values. It also reads what other programs wrote.</summary>
    public ICacheSerializer Writer { get; }

    /// <summary>Makes the serializers that the settings of a cache name.</summary>
    public static SerializerSet Of(CacheOptions options) => new(options.Serializer ?? new JsonCacheSerializer(), options.AdditionalSerializers);

    /// <summary>Gets the serializer that reads a format; <see langword="null"/> when there is none.</summary>
    public ICacheSerializer? ReaderOf(PayloadFormat format)
    {
        if (format == FormatOf(Writer))
        {
            return Writer;
        }

        foreach (var other in _others)
        {
            if (format == FormatOf(other))
            {
                return other;
            }
        }

        return null;
    }

    private static PayloadFormat FormatOf(ICacheSerializer serializer) => PayloadFormat.SerializerBase + serializer.FormatId;
}
