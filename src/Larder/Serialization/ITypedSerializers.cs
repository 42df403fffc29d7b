using System.Diagnostics.CodeAnalysis;

namespace Larder.Serialization;

/// <summary>Serializers for single types, which count more than that of the cache.</summary>
internal interface ITypedSerializers
{
    /// <summary>Finds the serializer that writes a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="serializer">The serializer.</param>
    /// <returns>Whether the type has one.</returns>
    bool TryGet<T>([NotNullWhen(true)] out ICacheSerializer? serializer);
}
