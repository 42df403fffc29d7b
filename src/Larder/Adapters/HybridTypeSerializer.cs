using System.Buffers;
using Larder.Serialization;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Adapters;

/// <summary>A serializer of HybridCache for one type.</summary>
internal sealed class HybridTypeSerializer<TValue>(IHybridCacheSerializer<TValue> inner) : ICacheSerializer
{
    /// <summary>One number for all of them: what is stored is read as the type that it was stored as only.</summary>
    public byte FormatId => 2;

    public void Serialize<T>(T value, IBufferWriter<byte> output) => ((IHybridCacheSerializer<T>)inner).Serialize(value, output);

    public T? Deserialize<T>(ReadOnlySequence<byte> payload) => ((IHybridCacheSerializer<T>)inner).Deserialize(payload);
}
