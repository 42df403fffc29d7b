namespace Larder.Serialization;

/// <summary>Makes what memory holds of a value: the instance itself, or, where readers get copies, its bytes.</summary>
/// <param name="serializers">What writes and reads copies; <see langword="null"/> where instances are shared.</param>
internal sealed class ValueCopies(SerializerSet? serializers)
{
    public static ValueCopies None { get; } = new(null);

    public static ValueCopies Of(CacheOptions options) => options.Copy == CopyMode.WhenMutable ? new ValueCopies(SerializerSet.Of(options)) : None;

    /// <summary>Gets whether each reader gets an instance of its own.</summary>
    public bool AreMade<T>() => serializers is not null && !Shareable<T>.Is;

    /// <summary>Makes what memory holds.</summary>
    /// <exception cref="CacheSerializationException">The value cannot be copied.</exception>
    public object? Keep<T>(T value) => Copy(value) is { } copy ? copy : value;

    /// <summary>Makes what memory holds of a value that was just read.</summary>
    /// <param name="value">The value, which its reader has.</param>
    /// <param name="stored">The bytes that it was read from, which are the caller's.</param>
    public object? Keep<T>(T value, in StoredValue stored) => AreMade<T>() && value is not (null or string)
        ? new SerializedValue(stored with { Payload = stored.Payload.ToArray() }, serializers!)
        : value;

    /// <summary>Makes the bytes of a value that is not to be shared; <see langword="null"/> for one that may be.</summary>
    /// <exception cref="CacheSerializationException">The value cannot be copied.</exception>
    public SerializedValue? Copy<T>(T value) => value is null or string or SerializedValue || !AreMade<T>() || Integers.TryToInt64(value, out _) ? null : Serialize(value, serializers!);

    /// <summary>Makes the bytes of a value, in an array of their own.</summary>
    public static SerializedValue Serialize<T>(T value, SerializerSet serializers)
    {
        var stored = Payload.Write(value, serializers);

        // The array of the caller, which may change it.
        return new SerializedValue(stored.Format == PayloadFormat.Bytes ? stored with { Payload = stored.Payload.ToArray() } : stored, serializers);
    }
}
