using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Larder.Serialization;

/// <summary>Tells whether all readers may get the same instance of a type, because nobody can change it.</summary>
/// <typeparam name="T">The type of the values, as it was given at the call.</typeparam>
internal static class Shareable<T>
{
    public static bool Is { get; } = typeof(T) == typeof(string) || !RuntimeHelpers.IsReferenceOrContainsReferences<T>() || IsMarked(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T));

    /// <summary>The mark of a class that is not sealed says nothing of what derives from it.</summary>
    private static bool IsMarked(Type type) => (type.IsValueType || type.IsSealed) && type.GetCustomAttribute<ImmutableObjectAttribute>() is { Immutable: true };
}
