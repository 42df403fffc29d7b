using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>A write of a transaction that stores a value.</summary>
internal sealed class TransactionSet<T>(string key, T value, EntryWrite entry) : TransactionWrite(key)
{
    public override bool IsRemoval => false;

    public override EntryWrite Entry => entry;

    public override object? Keep(ValueCopies copies) => copies.Keep(value);

    public override StoredValue Serialize(SerializerSet serializers) => Payload.Write(value, serializers);
}
