namespace Larder;

/// <summary>Whether readers of a value in memory get the instance that is there, or a copy of their own.</summary>
public enum CopyMode
{
    /// <summary>All readers get the same instance, and must not change it. A hit allocates nothing.</summary>
    Never,

    /// <summary>
    /// Each reader gets a copy of its own of what can be changed: memory holds such values as bytes, written and read by the serializer of the cache. Shared are strings, value types that hold no
    /// references, and types marked with <c>[ImmutableObject(true)]</c> that are value types or sealed.
    /// </summary>
    WhenMutable,
}
