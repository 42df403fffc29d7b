namespace Larder.Serialization;

/// <summary>A value as memory holds it where each reader gets a copy: its bytes, which nobody changes.</summary>
/// <param name="stored">The bytes.</param>
/// <param name="serializers">What reads them.</param>
internal sealed class SerializedValue(StoredValue stored, SerializerSet serializers)
{
    public StoredValue Stored => stored;

    public int Length => stored.Payload.Length;

    /// <summary>Makes an instance for a reader.</summary>
    /// <returns>Whether the value is of the type that is asked for, and could be read.</returns>
    public bool TryRead<T>(out T? value)
    {
        try
        {
            return Payload.TryRead(stored, serializers, out value);
        }
        catch (Exception exception)
        {
            serializers.Problems?.CouldNotRead(typeof(T), exception);
            value = default;
            return false;
        }
    }

    /// <summary>Makes an instance for one of those who waited for the value.</summary>
    /// <exception cref="CacheSerializationException">What the serializer wrote, it cannot read.</exception>
    public T Read<T>() => TryRead<T>(out var value)
        ? value!
        : throw new CacheSerializationException($"A value of type {typeof(T)} was written and cannot be read back, so that callers cannot get copies of it (CacheOptions.Copy). Give the type another serializer.");
}
