namespace Larder.Serialization;

/// <summary>
/// The type of a value as it is stored with the value: a hash of its name, without the assembly and its version. JSON of one type can often be
/// read as another, with nothing in it; the hash makes that a miss.
/// </summary>
internal static class TypeId
{
    /// <summary>Gets the id of the type that a value is serialized as.</summary>
    public static long Of<T>(T value) => typeof(T) == typeof(object) && value is not null ? Of(value.GetType()) : Of<T>();

    /// <summary>Tells whether what was stored under a type may be read as another; anything may be read as an object.</summary>
    public static bool Allows<T>(long stored) => stored == Of<T>() || typeof(T) == typeof(object);

    /// <summary>FNV-1a, 64 bits, over the UTF-16 code units.</summary>
    public static long HashOf(ReadOnlySpan<char> text) => Append(unchecked((long)14695981039346656037UL), text);

    /// <summary>Goes on with a hash: of the text that it is of, followed by another.</summary>
    public static long Append(long hash, ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            hash = (hash ^ character) * 1099511628211L;
        }

        return hash;
    }

    private static long Of<T>() => Known<T>.Id;

    private static long Of(Type type) => HashOf((Nullable.GetUnderlyingType(type) ?? type).ToString());

    private static class Known<T>
    {
        public static readonly long Id = Of(typeof(T));
    }
}
