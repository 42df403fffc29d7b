namespace Larder.Serialization;

/// <summary>The serializers of a cache: the one that writes, those that single types have in its place, and all that read, each the values of its format.</summary>
internal sealed class SerializerSet
{
    private readonly ICacheSerializer[] _others;
    private readonly ITypedSerializers? _typed;

    public SerializerSet(ICacheSerializer writer, IEnumerable<ICacheSerializer>? others = null, ITypedSerializers? typed = null) => (Writer, _others, _typed) = (writer, [.. others ?? []], typed);

    /// <summary>Gets the serializer of new values. It also reads what other programs wrote.</summary>
    public ICacheSerializer Writer { get; }

    /// <summary>Gets or sets what is told of values that cannot be serialized or read.</summary>
    public ISerializationProblems? Problems { get; set; }

    /// <summary>Gets the serializers that the settings of a cache name; the same at each call.</summary>
    public static SerializerSet Of(CacheOptions options) =>
        options.SerializerSet ??= new SerializerSet(options.Serializer ?? new JsonCacheSerializer(), options.AdditionalSerializers, options.TypedSerializers);

    /// <summary>Gets the serializer that a type has of its own; <see langword="null"/> when it has none.</summary>
    public ICacheSerializer? OwnOf<T>() => _typed is not null && _typed.TryGet<T>(out var own) ? own : null;

    /// <summary>Gets the serializer that reads a type in a format; <see langword="null"/> when there is none.</summary>
    public ICacheSerializer? ReaderOf<T>(PayloadFormat format)
    {
        if (OwnOf<T>() is { } own && format == FormatOf(own))
        {
            return own;
        }

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
